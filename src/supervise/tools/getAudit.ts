// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { HandleId } from '../../registry/taskRecord.ts';
import { noSuchHandle } from '../failure.ts';
import { auditSchema, auditShape } from '../shapes/auditShape.ts';
import { handleInput } from './getTask.ts';
import { defineTool, READS } from './tool.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;

export const getAudit = defineTool({
  name: 'get_audit',
  title: 'Get Audit Trail',
  description:
    'Tells who did what to which task, when and why: rows of the append-only trail, oldest first. ' +
    'Without `after`: the newest ones.',
  annotations: READS,
  input: {
    handle: handleInput.optional().describe('Only rows about this task.'),
    after: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Only rows behind this sequence number: `nextAfter` of the last answer, or 0.'),
    limit: z.number().int().min(1).max(LARGEST_LIMIT).default(DEFAULT_LIMIT),
  },
  output: {
    rows: z.array(auditSchema),
    nextAfter: z.number().describe('`after` for what follows, now or later.'),
    isMore: z.boolean(),
  },
  run: async ({ handle, after, limit }, { session }) => {
    if (handle !== undefined && !isHandle(handle)) throw noSuchHandle();
    const which = handle === undefined ? {} : { handle };
    const from = after === undefined ? { newest: true } : { afterSequence: after };
    const { rows } = await session.request('audit/read', { ...which, ...from, limit });
    // The trail may have grown by more than was asked for.
    const isMore = after !== undefined && rows.length === limit;
    return {
      next: sentenceFor(rows.length, isMore),
      rows: rows.map(auditShape),
      nextAfter: rows.at(-1)?.sequence ?? after ?? 0,
      isMore,
    };
  },
});

function isHandle(text: string): text is HandleId {
  return /^th_[a-z2-7]{26}$/.test(text);
}

function sentenceFor(count: number, isMore: boolean): string {
  const what = count === 1 ? '1 row' : `${count === 0 ? 'No' : count} rows`;
  return `${what} of the audit trail${isMore ? '; for more: get_audit with `nextAfter` as `after`' : ''}.`;
}
