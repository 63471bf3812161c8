import { type ResolvedPolicy, type RoutePolicy, resolvePolicy } from '../../registry/policy.ts';
import type { ProxyContext, SessionRoute } from '../proxyContext.ts';

/** What holds for the calls of one connection, tool by tool; resolved once for each policy. */
export class CallPolicies {
  readonly #resolved = new WeakMap<RoutePolicy, Map<string, ResolvedPolicy>>();

  constructor(
    private readonly context: ProxyContext,
    private readonly route: SessionRoute,
  ) {}

  of(tool: string): ResolvedPolicy {
    const policy = this.route.policy();
    const { authority } = this.context;
    const wanted = this.#resolved.get(policy)?.get(tool) ?? this.#resolve(policy, tool);
    const ofTool = authority.bound(wanted, { route: this.route, tool });
    const limitMs = this.context.learned.limitOf(this.route);
    return ofTool.handOffAfterMs <= limitMs ? ofTool : { ...ofTool, handOffAfterMs: limitMs };
  }

  #resolve(policy: RoutePolicy, tool: string): ResolvedPolicy {
    const byTool = this.#resolved.get(policy) ?? new Map<string, ResolvedPolicy>();
    const resolved = resolvePolicy(policy, tool);
    this.#resolved.set(policy, byTool.set(tool, resolved));
    return resolved;
  }
}
