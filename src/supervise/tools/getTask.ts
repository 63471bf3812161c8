// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import type { BrokerSession } from '../brokerSession.ts';
import { noSuchHandle } from '../failure.ts';
import { isLive } from '../rowState.ts';
import { taskSchema, taskShape } from '../shapes/taskShape.ts';
import { defineTool, READS } from './tool.ts';

export const handleInput = z
  .string()
  .describe('The handle (th_…) of a task, or the id (call_…) of a call that is none yet.');

export const getTask = defineTool({
  name: 'get_task',
  title: 'Get Task',
  description: 'Tells all that is known of one background task, of whichever agent.',
  annotations: READS,
  input: { handle: handleInput },
  output: { task: taskSchema, changeCursor: z.string() },
  run: async ({ handle }, context) => {
    const changeCursor = context.cursors.print(context.mirror.sequence);
    const row = await findRow(context, handle);
    return { next: stateSentence(row), task: taskShape(row), changeCursor };
  },
});

/** From the broker itself, archived tasks too; rejects unknown handles. */
export async function findRow(
  { session }: { readonly session: Pick<BrokerSession, 'request'> },
  id: string,
): Promise<TaskRow> {
  if (id === '') throw noSuchHandle();
  const { row } = await session.request('tasks/get', { id });
  if (row === null) throw noSuchHandle();
  return row;
}

/** Nothing in it is of others but the handle, which the broker has made. */
function stateSentence(row: TaskRow): string {
  const { id } = row;
  if (!isLive(row)) {
    const level = row.reason?.level === undefined ? '' : ` (level: ${row.reason.level})`;
    const still = row.mayStillRun ? ' Its server was asked to stop and may still be at it.' : '';
    return `${id} has ended: ${row.status}${level}.${still}`;
  }
  if (row.paused) return `${id} is paused; resume_task lets it go on.`;
  if (row.status === 'input_required') return `${id} waits for an answer of the user.`;
  const percent = row.percent === undefined ? '' : ` at ${row.percent} %`;
  return `${id} is running${percent}; wait_for_change tells when that changes.`;
}
