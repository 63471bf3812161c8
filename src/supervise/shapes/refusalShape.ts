// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { plainText } from '../plainText.ts';

const TEXT_CHARACTERS = 500;

const everything = z.object({ kind: z.literal('everything') });
const workspace = z.object({ kind: z.literal('workspace'), workspace: z.string().nullable() });
const route = z.object({
  kind: z.literal('route'),
  workspace: z.string().nullable(),
  route: z.string(),
});
const conversation = z.object({ kind: z.literal('conversation'), conversationId: z.string() });

/** What the ending of all work covers; whole, so that nothing is meant that was left out. */
export const scopeSchema = z.discriminatedUnion('kind', [
  everything,
  workspace,
  route,
  conversation,
]);

/** What a refusal covers: a person may mean a server in every workspace. */
const refusedScopeSchema = z.discriminatedUnion('kind', [
  everything,
  workspace,
  route.partial({ workspace: true }),
  conversation,
]);

/** New work of a scope that is refused until a person lifts it. */
export const refusalSchema = z.object({
  id: z.string(),
  scope: refusedScopeSchema,
  by: z.string(),
  since: z.string(),
  untrusted: z.object({ client: z.string().nullable(), note: z.string().nullable() }),
});

export function refusalShape(refusal: WorkRefusal): z.infer<typeof refusalSchema> {
  const { id, scope, by, client, since, note } = refusal;
  return {
    id,
    scope,
    by,
    since,
    untrusted: {
      client: client === null ? null : plainText(client, TEXT_CHARACTERS),
      note: note === null ? null : plainText(note, TEXT_CHARACTERS),
    },
  };
}
