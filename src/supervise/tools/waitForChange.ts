// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { type WaitAnswer, waitForChanges } from '../changeWait.ts';
import { isLive } from '../rowState.ts';
import { taskSchema, taskShape } from '../shapes/taskShape.ts';
import { findRow, handleInput } from './getTask.ts';
import { type CallContext, defineTool, LONGEST_ANSWER_MS, READS } from './tool.ts';

const DEFAULT_WAIT_MS = 45_000;
const PROOF_WITHIN_MS = 5_000;
const MOST_HANDLES = 100;
const MOST_TOLD = 50;

const INPUT = {
  since: z
    .string()
    .optional()
    .describe('The cursor of the last answer; without it: since you last listed or waited.'),
  handles: z.array(handleInput).min(1).max(MOST_HANDLES).optional().describe('Only these.'),
  withProgress: z
    .boolean()
    .default(false)
    .describe('Also come back when nothing but a percent or message has changed.'),
  waitMs: z
    .number()
    .int()
    .min(0)
    .max(LONGEST_ANSWER_MS)
    .default(DEFAULT_WAIT_MS)
    .describe('How long to wait if nothing has changed yet, in ms.'),
};

export const waitForChange = defineTool({
  name: 'wait_for_change',
  title: 'Wait for Change',
  description:
    'Waits until a task of any agent comes, changes its state or ends, and tells which. Nothing is ' +
    'missed between two calls. Answers at once when something has changed since the cursor.',
  annotations: READS,
  input: INPUT,
  output: {
    changed: z.array(taskSchema).describe('As they are now, the earliest change first.'),
    gone: z.array(z.string()).describe('Calls that became tasks or ended, and expired tasks.'),
    cursor: z.string(),
    isMore: z.boolean().describe('More has changed: call again with the cursor.'),
  },
  run: async ({ since, handles, withProgress, waitMs }, context) => {
    await context.session.whenReady();
    const ids = handles && new Set(handles);
    const wanted = await rowsWanted(context, ids);
    const { mirror, cursors, clock, signal } = context;
    const start = since === undefined ? cursors.last(ids) : cursors.parse(since);
    if (since !== undefined && start === undefined) return beginAnew(context, ids);
    const filter = { ids, withProgress };
    const after = start ?? mirror.sequence;
    // What has ended changes no more: there is nothing to wait for.
    const isOver = wanted !== undefined && !wanted.some(isLive);
    const wait = { ...filter, after, waitMs: isOver ? 0 : waitMs, clock, signal };
    const answer = await waitForChanges(mirror, wait);
    if (answer.changes.length === 0) await proveAlive(context);
    return told(context, { ...answer, ids, isOver });
  },
});

/** Rejects unknown handles; those in archives are found as well, and what has gone is told so. */
async function rowsWanted(
  context: CallContext,
  ids: ReadonlySet<string> | undefined,
): Promise<TaskRow[] | undefined> {
  if (ids === undefined) return undefined;
  const { mirror } = context;
  const there = [...ids].filter((id) => !mirror.hasGone(id));
  return await Promise.all(there.map(async (id) => mirror.get(id) ?? (await findRow(context, id))));
}

/** Nothing has changed as far as we were told: is there somebody who would have told us? */
async function proveAlive({ session }: CallContext): Promise<void> {
  await session.request('broker/status', {}, PROOF_WITHIN_MS);
}

interface Told extends WaitAnswer {
  readonly ids: ReadonlySet<string> | undefined;
  readonly isOver: boolean;
}

function told({ cursors }: CallContext, { changes, reached, ids, isOver }: Told) {
  const shown = changes.slice(0, MOST_TOLD);
  const isMore = changes.length > shown.length;
  const rows = shown.flatMap((change) => ('row' in change ? [change.row] : []));
  const gone = shown.flatMap((change) => ('gone' in change ? [change.gone] : []));
  return {
    next: sentenceFor({ changed: rows.length, gone: gone.length, isMore, isOver }),
    changed: rows.map(taskShape),
    gone,
    cursor: cursors.told(isMore ? (shown.at(-1)?.at ?? reached) : reached, ids),
    isMore,
  };
}

/** A cursor of another session says nothing here: what is live is told instead. */
function beginAnew({ mirror, cursors }: CallContext, ids: ReadonlySet<string> | undefined) {
  const rows = mirror.rows().filter((row) => (ids ? ids.has(row.id) : isLive(row)));
  const shown = rows.slice(0, MOST_TOLD);
  const all = shown.length < rows.length ? '; list_tasks has them all' : '';
  return {
    next: `The cursor is of another session, so what is live now is told (${shown.length} of ${rows.length}${all}). Go on with the new cursor.`,
    changed: shown.map(taskShape),
    gone: [],
    cursor: cursors.told(mirror.sequence, ids),
    isMore: false,
  };
}

interface Counts {
  readonly changed: number;
  readonly gone: number;
  readonly isMore: boolean;
  readonly isOver: boolean;
}

function sentenceFor({ changed, gone, isMore, isOver }: Counts): string {
  if (changed + gone === 0) {
    return isOver
      ? 'All of these have ended; nothing changes any more.'
      : 'Nothing has changed. Call wait_for_change again with the cursor to wait on.';
  }
  const parts = [changed > 0 && `${changed} changed`, gone > 0 && `${gone} gone`];
  const more = isMore ? 'there is more: call again with the cursor' : 'go on with the cursor';
  return `${parts.filter(Boolean).join(', ')}; ${more}.`;
}
