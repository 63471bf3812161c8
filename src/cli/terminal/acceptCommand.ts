import { liftOnDisk } from '../../brokerApi/refusalFiles.ts';
import { scopeText } from '../../brokerApi/refusalText.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { ExitCode } from '../exitCode.ts';
import type { Terminal } from './terminal.ts';

/** Lifts refusals of new work: through the broker where one runs, else where they lie. */
export async function acceptCommand(terminal: Terminal): Promise<ExitCode> {
  const lifted = await accept(terminal);
  if (terminal.options.json) terminal.printJson(lifted);
  else if (lifted.length === 0) terminal.print('No new work was refused.');
  else for (const { id, scope } of lifted) terminal.print(`${id}  accepted: ${scopeText(scope)}`);
  return ExitCode.done;
}

async function accept(terminal: Terminal): Promise<WorkRefusal[]> {
  const [id] = terminal.options.operands;
  const params = { door: 'user', ...(id === undefined ? {} : { id }) } as const;
  try {
    const { lifted } = await terminal.withRunningBroker((client) =>
      client.request('work/accept', params),
    );
    return lifted;
  } catch (error) {
    if (!TaskHandlesError.is(error, 'no_broker')) throw error;
    return await liftOnDisk(terminal.paths.refusals, { id, client: 'terminal' });
  }
}
