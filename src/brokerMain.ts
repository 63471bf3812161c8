import { runBroker } from './broker/runBroker.ts';

void runBroker(process.argv.slice(2));
