import type { BrokerStatus } from '../../brokerApi/brokerProtocol.ts';
import { ExitCode } from '../exitCode.ts';
import type { Terminal } from './terminal.ts';

export async function brokerCommand(terminal: Terminal): Promise<ExitCode> {
  const { operands, drain, json } = terminal.options;
  if (operands[0] === 'stop') return stopBroker(terminal, drain);
  const status = await terminal.withRunningBroker((client) => client.request('broker/status', {}));
  if (json) terminal.printJson(status);
  else terminal.print(statusText(status));
  return ExitCode.done;
}

async function stopBroker(terminal: Terminal, drain: boolean): Promise<ExitCode> {
  await terminal.withRunningBroker((client) => client.request('broker/stop', { drain }));
  if (!terminal.options.json) {
    terminal.print(drain ? 'The broker ends when nothing is live any more.' : 'The broker ends.');
  }
  return ExitCode.done;
}

function statusText(status: BrokerStatus): string {
  const facts: [string, string | number][] = [
    ['pid', status.pid],
    ['version', status.version],
    ['home', status.home],
    ['live', status.live],
    ['clients', status.clients],
    ['refusing', status.refusing ? 'yes' : 'no'],
    ['started', status.startedAt],
  ];
  return facts.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
}
