// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { RevokeOutcome } from '../../brokerApi/brokerProtocol.ts';
import type { WorkRefusal, WorkScope } from '../../brokerApi/workRefusal.ts';
import { refusalSchema, refusalShape, scopeSchema } from '../shapes/refusalShape.ts';
import { levelSchema } from '../shapes/taskShape.ts';
import { reasonInput, takeRows } from './revokeTask.ts';
import { type CallContext, defineTool, ENDS, LONGEST_ANSWER_MS } from './tool.ts';

const MOST_NAMED = 200;

const UNWRITTEN =
  ' The disk does not take that yet, so it holds only while this broker runs: tell the user to make room.';

const endedSchema = z.object({
  handle: z.string(),
  outcome: z.enum(['revoked', 'already_ended', 'unknown']),
  level: levelSchema.nullable(),
  mayStillRun: z.boolean(),
});

export const revokeAll = defineTool({
  name: 'revoke_all',
  title: 'Revoke All (Kill Switch)',
  description:
    'The kill switch: ends every live task and call of a scope by force, with whatever shares their ' +
    'servers, and refuses new work of that scope until the user accepts it again; you cannot lift ' +
    'that. Without `scope`: everything. For an emergency, or when the user asks.',
  annotations: ENDS,
  input: {
    reason: reasonInput.min(1),
    scope: scopeSchema.optional().describe('What to end; names as tasks have them.'),
  },
  output: {
    revoked: z.number(),
    alreadyEnded: z.number(),
    refusal: refusalSchema.nullable().describe('New work that is refused from now on.'),
    ended: z.array(endedSchema).describe(`The first ${MOST_NAMED}.`),
  },
  run: async ({ reason, scope }, context) => {
    await checkScope(context, scope);
    const params = { door: 'supervisor', note: reason, ...(scope && { scope }) } as const;
    const answer = await context.session.request('tasks/revokeAll', params, LONGEST_ANSWER_MS);
    const { outcomes, refusal, isUnwritten = false } = answer;
    takeRows(context, outcomes);
    const revoked = count(outcomes, 'revoked');
    const alreadyEnded = count(outcomes, 'already_ended');
    return {
      next: sentenceFor(revoked, refusal) + (isUnwritten ? UNWRITTEN : ''),
      revoked,
      alreadyEnded,
      refusal: refusal === null || refusal === undefined ? null : refusalShape(refusal),
      ended: outcomes.slice(0, MOST_NAMED).map(endedOf),
    };
  },
});

/** A broker from before scopes would not see this one, and end everything. */
async function checkScope({ session }: CallContext, scope: WorkScope | undefined): Promise<void> {
  if (scope === undefined || scope.kind === 'everything') return;
  await session.request('work/watch', {});
}

function count(outcomes: readonly RevokeOutcome[], wanted: RevokeOutcome['outcome']): number {
  return outcomes.filter(({ outcome }) => outcome === wanted).length;
}

function endedOf({ id, outcome, level, row }: RevokeOutcome): z.infer<typeof endedSchema> {
  return { handle: id, outcome, level, mayStillRun: row?.mayStillRun === true };
}

function sentenceFor(revoked: number, refusal: WorkRefusal | null | undefined): string {
  const what = revoked === 1 ? '1 task or call is' : `${revoked} tasks and calls are`;
  const refused = refusal
    ? ' New work of this scope is refused until the user accepts it again (`mcp-task-handles accept-new-work`, or in the editor); tell them.'
    : '';
  return `${what} revoked for good.${refused}`;
}
