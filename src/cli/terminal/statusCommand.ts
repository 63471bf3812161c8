import { ExitCode } from '../exitCode.ts';
import { sayRefusals } from './refusals.ts';
import { taskFacts } from './taskTable.ts';
import { hasHandle, taskViewOf } from './taskViewOf.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';

export async function statusCommand(terminal: Terminal): Promise<ExitCode> {
  const [id = ''] = terminal.options.operands;
  if (!terminal.mayHoldTasks) throw noSuchHandle(id);
  const { row } = await terminal.withBroker(async (client) => {
    await sayRefusals(terminal, client);
    return await client.request('tasks/get', { id });
  });
  if (row === null || !hasHandle(row)) throw noSuchHandle(id);
  if (terminal.options.json) terminal.printJson(taskViewOf(row));
  else terminal.print(taskFacts(row));
  return ExitCode.done;
}
