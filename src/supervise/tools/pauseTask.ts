import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { noSuchHandle } from '../failure.ts';
import { isLive } from '../rowState.ts';
import { taskSchema, taskShape } from '../shapes/taskShape.ts';
import { handleInput } from './getTask.ts';
import { type CallContext, defineTool } from './tool.ts';

const ANNOTATIONS = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

export const pauseTask = defineTool({
  name: 'pause_task',
  title: 'Pause Task',
  description:
    'Stops the processes of a task, and its clocks, until resume_task; nothing is lost. Works where ' +
    '`canPause` says so; else the answer says why not.',
  annotations: ANNOTATIONS,
  input: { handle: handleInput },
  output: { task: taskSchema },
  run: async ({ handle }, context) => {
    const row = await ask(context, 'tasks/pause', handle);
    return { next: sentenceFor(row, 'was not paused'), task: taskShape(row) };
  },
});

export const resumeTask = defineTool({
  name: 'resume_task',
  title: 'Resume Task',
  description: 'Lets a paused task go on from where it was.',
  annotations: ANNOTATIONS,
  input: { handle: handleInput },
  output: { task: taskSchema },
  run: async ({ handle }, context) => {
    const row = await ask(context, 'tasks/resume', handle);
    return { next: sentenceFor(row, 'cannot go on'), task: taskShape(row) };
  },
});

async function ask(
  { session, mirror }: CallContext,
  method: 'tasks/pause' | 'tasks/resume',
  id: string,
): Promise<TaskRow> {
  if (id === '') throw noSuchHandle();
  const { row } = await session.request(method, { id, door: 'supervisor' });
  if (row === null) throw noSuchHandle();
  if (row.isArchived !== true) mirror.take({ rows: [row], removed: [] });
  return row;
}

function sentenceFor(row: TaskRow, failed: string): string {
  if (!isLive(row)) return `${row.id} has ended (${row.status}) and ${failed}.`;
  return row.paused ? `${row.id} is paused; its clocks stand still.` : `${row.id} is running.`;
}
