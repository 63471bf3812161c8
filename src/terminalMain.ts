/** The entry of `terminal.js`, which `cli.js` loads for every command but `connect`. */
export { runTerminal } from './cli/terminal/runTerminal.ts';
