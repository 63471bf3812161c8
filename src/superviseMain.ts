/** The entry of `supervise.js`, which `cli.js` loads for the word `supervise` alone. */
export { runSupervise } from './supervise/runSupervise.ts';
