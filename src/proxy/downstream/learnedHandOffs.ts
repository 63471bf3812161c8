import type { SessionRoute } from '../proxyContext.ts';

/** A cancel this soon is a person's; a later one looks like a client's own time limit. */
const SOONEST_CLIENT_LIMIT_MS = 3000;
const SHORTEST_MS = 1000;
/** How much of a client's time limit a hand-off may use. */
const SHARE = 0.7;

/**
 * Hosts that cancel before the hand-off lose the result and the handle; from then on their route
 * hands off sooner. In memory: a host's limits may change with its next version.
 */
export class LearnedHandOffs {
  readonly #byRoute = new Map<string, number>();

  /** A host has cancelled a call of this age before its hand-off was due. */
  cancelledAt(route: SessionRoute, ageMs: number, handOffAfterMs: number): void {
    if (ageMs < SOONEST_CLIENT_LIMIT_MS || ageMs > handOffAfterMs) return;
    const soonerMs = Math.max(SHORTEST_MS, Math.round(ageMs * SHARE));
    this.#byRoute.set(keyOf(route), Math.min(this.limitOf(route), soonerMs));
  }

  /** The latest hand-off that this route's hosts bear, in ms; `Infinity` as long as none cancels. */
  limitOf(route: SessionRoute): number {
    if (this.#byRoute.size === 0) return Number.POSITIVE_INFINITY;
    return this.#byRoute.get(keyOf(route)) ?? Number.POSITIVE_INFINITY;
  }
}

function keyOf({ workspace, name }: SessionRoute): string {
  return `${workspace ?? ''}\n${name}`;
}
