import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { ExitCode } from '../exitCode.ts';
import { sayRefusals } from './refusals.ts';
import { taskTable } from './taskTable.ts';
import { hasHandle, taskViewOf } from './taskViewOf.ts';
import { hasEnded } from './taskWords.ts';
import type { Terminal } from './terminal.ts';

/** How many ended tasks are shown without `--all`. */
const ENDED_SHOWN = 20;
/** How many archived tasks `--all` reads. */
const OLDER_SHOWN = 10_000;

export async function listCommand(terminal: Terminal): Promise<ExitCode> {
  const { all, json } = terminal.options;
  const rows = terminal.mayHoldTasks ? await rowsOf(terminal) : [];
  const shown = shownRows(rows, all);
  if (json) terminal.printJson(shown.filter(hasHandle).map(taskViewOf));
  else if (rows.length === 0) terminal.print('No tasks.');
  else {
    terminal.print(taskTable(shown, process.stdout.columns));
    const hidden = rows.length - shown.length;
    if (hidden > 0) terminal.say(`${hidden} more that have ended; list --all shows them.`);
  }
  return ExitCode.done;
}

/** With `all`, what lies in archives as well. */
function rowsOf(terminal: Terminal): Promise<TaskRow[]> {
  const { all, workspace } = terminal.options;
  const params = workspace === undefined ? {} : { workspace };
  return terminal.withBroker(async (client) => {
    await sayRefusals(terminal, client);
    const { rows } = await client.request('tasks/list', params);
    if (!all) return rows;
    const older = await client.request('tasks/older', { ...params, limit: OLDER_SHOWN });
    return [...rows, ...older.rows];
  });
}

/** Live first, then ended, the newest of each on top. */
export function shownRows(rows: readonly TaskRow[], all: boolean): TaskRow[] {
  const newestFirst = [...rows].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const live = newestFirst.filter((row) => !hasEnded(row));
  const ended = newestFirst.filter((row) => hasEnded(row));
  return [...live, ...(all ? ended : ended.slice(0, ENDED_SHOWN))];
}
