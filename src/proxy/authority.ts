import type { ResolvedPolicy } from '../registry/policy.ts';
import type { ClientFacts } from '../registry/taskRecord.ts';
import type { SessionRoute } from './proxyContext.ts';

/** A call that wants to begin. `client` is read from the message, which costs: only where it counts. */
export interface WantedCall {
  readonly route: Pick<SessionRoute, 'name' | 'workspace'>;
  readonly tool: string;
  readonly client: Pick<ClientFacts, 'conversationId'>;
}

/** What stands above the settings of a route: the kill switch (P7) and administrators' locks (P8). */
export interface Authority {
  /** Why this call may not begin, in words for a model; `null`: it may. Asked for every call. */
  refusalOf(call: WantedCall): string | null;
  /** What holds for a tool after the locks; the same object while nothing is locked. */
  bound(policy: ResolvedPolicy, call: Pick<WantedCall, 'route' | 'tool'>): ResolvedPolicy;
  /** Whether all new work of a server is refused: then it starts only where a request needs it. */
  isHalted(route: WantedCall['route']): boolean;
}

/** Where nothing is refused and nothing locked. */
export const NO_AUTHORITY: Authority = {
  refusalOf: () => null,
  bound: (policy) => policy,
  isHalted: () => false,
};
