import { createHash } from 'node:crypto';
import { META_IDEMPOTENCY_KEY } from '../wire/mcpNames.ts';
import { metaOf, type WireMessage } from '../wire/wireMessage.ts';

const MAX_LENGTH = 200;

/** What a request says about its key. */
export type GivenKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'bad' }
  | { readonly kind: 'key'; readonly hash: string };

/** Tells the caller what a key looks like. */
export const BAD_KEY =
  `\`_meta["${META_IDEMPOTENCY_KEY}"]\` must be a string of 1 to ${MAX_LENGTH} characters; ` +
  'nothing was run.';

/** The key of a call; only its SHA-256 is kept, because a caller may have made it of anything. */
export function idempotencyKeyOf(message: WireMessage): GivenKey {
  if (message.meta(META_IDEMPOTENCY_KEY) === null) return { kind: 'none' };
  const key = metaOf(message, META_IDEMPOTENCY_KEY);
  if (typeof key !== 'string' || key === '' || key.length > MAX_LENGTH) return { kind: 'bad' };
  return { kind: 'key', hash: createHash('sha256').update(key).digest('hex') };
}
