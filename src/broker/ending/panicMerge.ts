import type { UnmergedPanic } from '../../brokerApi/panicJournal.ts';
import type { Clock } from '../../common/clock.ts';
import { DisposableStore } from '../../common/disposable.ts';
import type { Upstream } from '../../proxy/upstream/upstream.ts';
import type { Principal } from '../../registry/auditTrail.ts';
import type { Registry } from '../../registry/registry.ts';
import type { TaskEvent } from '../../registry/taskEvent.ts';
import { type HandleId, isTerminal, type UpstreamFacts } from '../../registry/taskRecord.ts';

/** Why a task ended that `panic` has ended past its broker. */
export const PANIC_NOTE = 'panic ended its processes without the broker.';

/** Who does that, as far as anybody knows. */
export const panicPrincipal: Principal = {
  door: 'user',
  client: { name: 'panic', version: '' },
  conversationId: null,
  user: null,
};

const REVOKED: TaskEvent = { type: 'revoked', by: 'user', note: PANIC_NOTE };
const KILLED: TaskEvent = { type: 'revocationEnded', level: 'killed', note: null };
/** Longer than a panic takes; then the broker ends what is left. */
const GONE_MS = 5_000;

/** The processes that journals name; asked by identity, never by the pid alone (P5). */
export interface EndedTrees {
  has(upstream: UpstreamFacts | null): boolean;
}

/** Every process tree that these journals name. */
export function treesOf(panics: readonly UnmergedPanic[]): EndedTrees {
  const known = new Set(panics.flatMap(({ journal }) => journal?.trees ?? []).map(keyOf));
  return { has: (upstream) => upstream !== null && known.has(keyOf(upstream)) };
}

/** A live task whose processes were ended past us: revoked, at once; `killed`, when it is so. */
export async function endedByPanic(
  { registry, clock }: { readonly registry: Registry; readonly clock: Clock },
  { handle, upstream }: { readonly handle: HandleId; readonly upstream: Upstream },
): Promise<void> {
  const applied = registry.apply(handle, REVOKED, panicPrincipal);
  if (!(await applied).changed) return;
  if (!(await isGoneSoon(upstream, clock))) await upstream.end(0);
  await registry.apply(handle, KILLED);
}

/** `panic` may be at it still. */
async function isGoneSoon(upstream: Upstream, clock: Clock): Promise<boolean> {
  if (upstream.isGone) return true;
  const gone = new DisposableStore();
  const isGone = await new Promise<boolean>((resolve) => {
    gone.add(upstream.onGone(() => resolve(true)));
    gone.add(clock.after(GONE_MS, () => resolve(false)));
  });
  gone.dispose();
  return isGone;
}

/**
 * At the start of a broker whose predecessor died: tasks whose processes a panic has ended are
 * revoked, and not lost. Resolves when that is on disk.
 */
export async function revokePanicked(
  registry: Registry,
  panics: readonly UnmergedPanic[],
): Promise<void> {
  const trees = treesOf(panics);
  const named = registry.all().filter((record) => {
    return !isTerminal(record.status) && trees.has(record.upstream);
  });
  await Promise.all(
    named.map(async ({ handle }) => {
      await registry.apply(handle, REVOKED, panicPrincipal);
      await registry.apply(handle, KILLED);
    }),
  );
}

function keyOf({ pid, startTime, bootId }: UpstreamFacts): string {
  return `${pid} ${startTime} ${bootId}`;
}
