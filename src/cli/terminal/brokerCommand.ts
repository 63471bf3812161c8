import { type AdminLocks, NO_LOCKS } from '../../brokerApi/adminLocks.ts';
import type { BrokerStatus } from '../../brokerApi/brokerProtocol.ts';
import { lockedBy, lockLines } from '../../brokerApi/lockWords.ts';
import { ExitCode } from '../exitCode.ts';
import { refusalLine } from './refusals.ts';
import type { Terminal } from './terminal.ts';

/** How long `broker stop` waits to see the broker go. */
const END_WAIT_MS = 5_000;

export async function brokerCommand(terminal: Terminal): Promise<ExitCode> {
  const { operands, drain, json } = terminal.options;
  if (operands[0] === 'stop') return stopBroker(terminal, drain);
  const status = await terminal.withRunningBroker((client) => client.request('broker/status', {}));
  if (json) terminal.printJson(status);
  else terminal.print(statusText(status));
  if (!json) for (const refusal of status.refusals ?? []) terminal.say(refusalLine(refusal));
  return ExitCode.done;
}

async function stopBroker(terminal: Terminal, drain: boolean): Promise<ExitCode> {
  await terminal.withRunningBroker(async (client) => {
    const closed = new Promise<void>((resolve) => client.onClose(resolve));
    await Promise.race([client.request('broker/stop', { drain }), closed]);
    // Without drain it ends now: whoever goes on from here must not meet it again.
    if (!drain) await Promise.race([closed, afterEndWait()]);
  });
  if (!terminal.options.json) {
    terminal.print(drain ? 'The broker ends when nothing is live any more.' : 'The broker ends.');
  }
  return ExitCode.done;
}

function afterEndWait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, END_WAIT_MS).unref());
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
    ...lockFacts(status.locks ?? NO_LOCKS),
  ];
  return facts.map(([name, value]) => `${name.padEnd(10)}${value}`).join('\n');
}

/** What an administrator has locked, and what is the matter with the file. */
function lockFacts(locks: AdminLocks): [string, string][] {
  const { problem, unknown = [] } = locks;
  const lines = lockLines(locks);
  const told = [...(problem === undefined ? [] : [problem]), ...unknown];
  return [
    ...(lines.length > 0 ? [['locked by', lockedBy(locks)] satisfies [string, string]] : []),
    ...[...lines, ...told].map((line): [string, string] => ['', line]),
  ];
}
