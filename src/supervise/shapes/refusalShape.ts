// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { plainText } from '../plainText.ts';

const TEXT_CHARACTERS = 500;

/** What a refusal of new work, or the ending of all work, covers. */
export const scopeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('everything') }),
  z.object({ kind: z.literal('workspace'), workspace: z.string().nullable() }),
  z.object({
    kind: z.literal('route'),
    workspace: z.string().nullable().optional(),
    route: z.string(),
  }),
  z.object({ kind: z.literal('conversation'), conversationId: z.string() }),
]);

/** New work of a scope that is refused until a person lifts it. */
export const refusalSchema = z.object({
  id: z.string(),
  scope: scopeSchema,
  by: z.string(),
  client: z.string().nullable(),
  since: z.string(),
  untrusted: z.object({ note: z.string().nullable() }),
});

export function refusalShape(refusal: WorkRefusal): z.infer<typeof refusalSchema> {
  const { id, scope, by, client, since, note } = refusal;
  return {
    id,
    scope,
    by,
    client,
    since,
    untrusted: { note: note === null ? null : plainText(note, TEXT_CHARACTERS) },
  };
}
