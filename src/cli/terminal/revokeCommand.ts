import type { RevokeOutcome, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { ControlClient } from '../../brokerApi/controlClient.ts';
import { ExitCode } from '../exitCode.ts';
import { freedText } from './freedText.ts';
import { revokeAll } from './revokeAllCommand.ts';
import { hasHandle, taskViewOf } from './taskViewOf.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';

export async function revokeCommand(terminal: Terminal): Promise<ExitCode> {
  const { operands, all } = terminal.options;
  if (all) {
    const { outcomes, code } = await revokeAll(terminal);
    return show(terminal, outcomes, code) || code;
  }
  if (!terminal.mayHoldTasks) return show(terminal, operands.map(unknown));
  return show(terminal, await terminal.withBroker((client) => revoke(terminal, client)));
}

async function revoke(terminal: Terminal, client: ControlClient): Promise<RevokeOutcome[]> {
  const { operands: ids, force, reason } = terminal.options;
  const note = reason === undefined ? {} : { note: reason };
  const params = { ids, door: 'user', ...note, ...(force ? { force } : {}) } as const;
  return (await client.request('tasks/revoke', params)).outcomes;
}

function show(
  terminal: Terminal,
  outcomes: readonly RevokeOutcome[],
  code: ExitCode = ExitCode.done,
): ExitCode {
  if (terminal.options.json) {
    const rows = outcomes.map(({ row }) => row).filter((row): row is TaskRow => row !== null);
    terminal.printJson(rows.filter(hasHandle).map(taskViewOf));
  }
  // Where nobody could look, nothing is known not to run.
  return outcomes.length === 0 && code !== ExitCode.done ? code : tell(terminal, outcomes);
}

function tell(terminal: Terminal, outcomes: readonly RevokeOutcome[]): ExitCode {
  const isQuiet = terminal.options.json;
  for (const outcome of outcomes) {
    if (outcome.outcome === 'unknown') terminal.say(noSuchHandle(outcome.id).message);
    else if (!isQuiet) terminal.print(lineOf(outcome));
  }
  if (outcomes.length === 0 && !isQuiet) terminal.print('Nothing was running.');
  const isUnknown = outcomes.some(({ outcome }) => outcome === 'unknown');
  return isUnknown ? ExitCode.noSuchHandle : ExitCode.done;
}

function lineOf({ id, outcome, level, row }: RevokeOutcome): string {
  if (outcome === 'already_ended') return `${id}  had ended before${row ? `: ${row.status}` : ''}`;
  const how = [level ?? '', freedText(row?.reason?.freed)].filter((part) => part !== '');
  const doubt = row?.mayStillRun === true ? `; ${doubtOf(id)}` : '';
  return `${id}  revoked${how.length === 0 ? '' : ` (${how.join('; ')})`}${doubt}`;
}

function doubtOf(id: string): string {
  return `its server may still be working on it: \`revoke ${id} --force\` ends the server`;
}

function unknown(id: string): RevokeOutcome {
  return { id, outcome: 'unknown', level: null, row: null };
}
