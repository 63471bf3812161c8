// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { RevokeOutcome, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { noSuchHandle } from '../failure.ts';
import { freedSchema, levelSchema, taskSchema, taskShape } from '../shapes/taskShape.ts';
import { endedWords } from './endedWords.ts';
import { handleInput } from './getTask.ts';
import { type CallContext, defineTool, ENDS, LONGEST_ANSWER_MS } from './tool.ts';

const REASON_CHARACTERS = 300;
const MOST_NAMED = 100;

export const reasonInput = z
  .string()
  .max(REASON_CHARACTERS)
  .describe('Why, in a few words: the user and the agent whose task it is will read it.');

const SHARED = z.array(z.string());

export const revokeTask = defineTool({
  name: 'revoke_task',
  title: 'Revoke Task (Stop)',
  description:
    'Stops one background task for good, whoever started it. It never runs again; its agent is told ' +
    'that you did it, and why. Safe to repeat. Its server is ended, where nothing less helps, only if it ' +
    'runs nothing else; with `force` also if it does, and that ends with it.',
  annotations: ENDS,
  input: {
    handle: handleInput,
    reason: reasonInput.optional(),
    force: z
      .boolean()
      .default(false)
      .describe('Also end its server where others use it: `alsoServes` of an answer without it.'),
  },
  output: {
    outcome: z.enum(['revoked', 'already_ended']),
    level: levelSchema.nullable().describe('How far the ending had to go.'),
    freed: freedSchema.optional(),
    mayStillRun: z.boolean(),
    alsoServes: SHARED.describe('What runs on its server too, and would end with it by force.'),
    alsoEnded: SHARED.describe('What ended with its server.'),
    task: taskSchema.optional(),
  },
  run: async ({ handle, reason, force }, context) => {
    const { session } = context;
    if (handle === '') throw noSuchHandle();
    const { alsoEnds } = await session.request('tasks/revokePlan', { ids: [handle] });
    const { outcomes } = await session.request(
      'tasks/revoke',
      {
        ids: [handle],
        door: 'supervisor',
        force,
        ...(reason !== undefined && reason !== '' && { note: reason }),
      },
      // Graces may be long.
      LONGEST_ANSWER_MS,
    );
    takeRows(context, outcomes);
    return answerOf(handle, { outcomes, alsoEnds });
  },
});

/** What the broker has told already is seen at once in the next list. */
export function takeRows({ mirror }: CallContext, outcomes: readonly RevokeOutcome[]): void {
  const rows = outcomes.flatMap(({ row }) => (row?.kind === 'task' ? [row] : []));
  mirror.take({ rows: rows.filter(({ isArchived }) => isArchived !== true), removed: [] });
}

interface Ending {
  readonly outcomes: readonly RevokeOutcome[];
  readonly alsoEnds: readonly TaskRow[];
}

function answerOf(handle: string, { outcomes, alsoEnds }: Ending) {
  const own = outcomes.find(({ id }) => id === handle);
  if (own === undefined || own.outcome === 'unknown') throw noSuchHandle();
  const { outcome, level, row } = own;
  const ended = outcomes.filter((other) => other !== own && other.outcome === 'revoked');
  const alsoEnded = ended.map(({ id }) => id).slice(0, MOST_NAMED);
  const alsoServes = ended.length > 0 ? [] : alsoEnds.map(({ id }) => id).slice(0, MOST_NAMED);
  const freed = row?.reason?.freed;
  const mayStillRun = row?.mayStillRun === true;
  return {
    next: endedWords({ handle, outcome, level, freed, mayStillRun, alsoServes, alsoEnded }),
    outcome,
    level,
    ...(freed !== undefined && { freed }),
    mayStillRun,
    alsoServes,
    alsoEnded,
    ...(row !== null && { task: taskShape(row) }),
  };
}
