// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { BrokerStatus, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import {
  type PageOrder,
  type PagePlace,
  parsePlace,
  placeOf,
  printPlace,
  rowsBehind,
} from '../page.ts';
import { isLive } from '../rowState.ts';
import { refusalSchema, refusalShape } from '../shapes/refusalShape.ts';
import { taskSchema, taskShape } from '../shapes/taskShape.ts';
import { type CallContext, defineTool, READS } from './tool.ts';

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 100;
/** What the broker gives of its archives at most. */
const MOST_ARCHIVED = 10_000;

const INPUT = {
  status: z
    .enum(['live', 'ended'])
    .default('live')
    .describe('`live`: running or waiting for input; `ended`: with what is kept of the past.'),
  route: z.string().optional().describe('Only of the MCP server with this name.'),
  workspace: z
    .string()
    .nullable()
    .optional()
    .describe('Only of this workspace, as a task names it; null: of none.'),
  conversation: z.string().optional().describe('Only of this conversation, as a task names it.'),
  limit: z.number().int().min(1).max(LARGEST_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().optional().describe('`nextCursor` of the last answer, for what follows.'),
};

type Input = z.output<z.ZodObject<typeof INPUT>>;

export const listTasks = defineTool({
  name: 'list_tasks',
  title: 'List Tasks',
  description:
    'Lists the background tasks of all agents of this user, newest first, and the calls that are no ' +
    'tasks yet. Use it first; then wait_for_change follows them.',
  annotations: READS,
  input: INPUT,
  output: {
    tasks: z.array(taskSchema),
    nextCursor: z.string().optional(),
    changeCursor: z.string().describe('For wait_for_change: tells what changes from here on.'),
    refusals: z.array(refusalSchema).describe('Which new work is refused at present.'),
  },
  run: async (input, context) => {
    // Also proof that the broker is there: what we hold of a silent one may be long over.
    const status = await context.session.request('broker/status', {});
    const changeCursor = context.cursors.begin(context.mirror.sequence);
    const { rows, next } = await pageOf(input, context);
    return {
      next: sentenceFor(input, { count: rows.length, isMore: next !== undefined, status }),
      tasks: rows.map(taskShape),
      ...(next !== undefined && { nextCursor: printPlace(next) }),
      changeCursor,
      // A broker from before refusals leaves them out.
      refusals: (status.refusals ?? []).map(refusalShape),
    };
  },
});

interface Page {
  readonly rows: TaskRow[];
  readonly next: PagePlace | undefined;
}

/** Ended ones at hand come first, then those in archives, which ended before. */
async function pageOf(input: Input, context: CallContext): Promise<Page> {
  const { status, limit } = input;
  const order: PageOrder = status === 'live' ? 'createdAt' : 'endedAt';
  const place = input.cursor === undefined ? undefined : parsePlace(input.cursor);
  if (input.cursor !== undefined && place === undefined) throw wrongCursor();
  const isWanted = (row: TaskRow) => isLive(row) === (status === 'live') && fits(row, input);
  const part = place?.part ?? 0;
  const atHand = part > 0 ? [] : rowsBehind(context.mirror.rows().filter(isWanted), order, place);
  const firsts = atHand.slice(0, limit).map((row) => ({ row, part: 0 }));
  const isFull = atHand.length > limit || status === 'live';
  const older = isFull ? [] : await olderRows(context);
  const behind = rowsBehind(older.filter(isWanted), order, part > 0 ? place : undefined);
  const shown = [...firsts, ...behind.map((row) => ({ row, part: 1 }))].slice(0, limit);
  const last = shown.at(-1);
  const isMore = atHand.length + behind.length > limit;
  return {
    rows: shown.map(({ row }) => row),
    next: isMore && last ? placeOf(last.row, order, last.part) : undefined,
  };
}

async function olderRows({ session }: CallContext): Promise<TaskRow[]> {
  return (await session.request('tasks/older', { limit: MOST_ARCHIVED })).rows;
}

function fits(row: TaskRow, { route, workspace, conversation }: Input): boolean {
  if (route !== undefined && row.route !== route) return false;
  if (workspace !== undefined && row.workspace !== workspace) return false;
  return conversation === undefined || row.conversationId === conversation;
}

function sentenceFor(
  { status }: Input,
  { count, isMore, status: broker }: { count: number; isMore: boolean; status: BrokerStatus },
): string {
  const kind = status === 'live' ? 'live' : 'ended';
  const what = count === 1 ? `1 ${kind} task` : `${count === 0 ? 'No' : count} ${kind} tasks`;
  const more = isMore
    ? '; there are more: call list_tasks again with `nextCursor` as `cursor`'
    : '';
  const refused = broker.refusing
    ? ' New work is refused at present (`refusals`); only the user lifts that.'
    : '';
  return `${what}${more}.${refused}`;
}

function wrongCursor(): TaskHandlesError {
  return new TaskHandlesError(
    'invalid_message',
    '`cursor` is none of list_tasks; leave it out to begin anew.',
  );
}
