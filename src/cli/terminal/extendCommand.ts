import { ExitCode } from '../exitCode.ts';
import { hasHandle, taskViewOf } from './taskViewOf.ts';
import { clockText, endingText, hasEnded } from './taskWords.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';

/** Gives a task more time on the clock that nears its limit (P9). */
export async function extendCommand(terminal: Terminal): Promise<ExitCode> {
  const { operands, byMs, json } = terminal.options;
  const [id = ''] = operands;
  if (!terminal.mayHoldTasks) throw noSuchHandle(id);
  const params = { id, ...(byMs === undefined ? {} : { byMs }) };
  const { row } = await terminal.withBroker((client) => client.request('tasks/extend', params));
  if (row === null || !hasHandle(row)) throw noSuchHandle(id);
  if (hasEnded(row)) {
    terminal.say(`${id} has ended, so no time was added: ${endingText(row)}`);
    return ExitCode.failed;
  }
  if (json) terminal.printJson(taskViewOf(row));
  else {
    const { total, idle } = row.deadlines ?? {};
    const clocks = [total && `total ${clockText(total)}`, idle && `idle ${clockText(idle)}`];
    terminal.print(`${id}  ${clocks.filter((clock) => clock !== undefined).join(', ')}`);
  }
  return ExitCode.done;
}
