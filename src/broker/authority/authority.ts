import type { AdminLocks } from '../../brokerApi/adminLocks.ts';
import { lockedBy } from '../../brokerApi/lockWords.ts';
import { matchesGlob } from '../../common/globs.ts';
import type { Authority, WantedCall } from '../../proxy/authority.ts';
import { MAX_TIMER_MS, type ResolvedPolicy } from '../../registry/policy.ts';
import type { WorkGate } from './workGate.ts';

export interface AuthorityParts {
  /** What administrators have locked, as it is now. */
  readonly locks: () => AdminLocks;
  readonly work: WorkGate;
}

type Called = Pick<WantedCall, 'route' | 'tool'>;

/** What stands above all settings, asked for every call. */
export function authorityOf({ locks, work }: AuthorityParts): Authority {
  return {
    refusalOf: (call) => adminRefusal(locks(), call) ?? work.refusalOf(call),
    isHalted: (route) => work.isHalted(route),
    bound: (policy, call) => boundPolicy(policy, locks(), call),
  };
}

/** In words for a model, which shall neither try again nor look for a way around. */
export function adminRefusal(locks: AdminLocks, call: Called): string | null {
  const { refuseNewWork, refusedTools = [] } = locks;
  if (refuseNewWork !== undefined) {
    return refusedText(call, `${lockedBy(locks)} has stopped all new work: ${refuseNewWork}`);
  }
  if (!isAnyOf(refusedTools, call)) return null;
  return refusedText(call, `${lockedBy(locks)} does not allow this tool`);
}

function refusedText({ tool }: Called, why: string): string {
  const advice = 'Do not call it again, and do not look for another way: tell the user.';
  return `\`${tool}\` was not started: ${why}. ${advice}`;
}

/** What is left of a policy under the locks; the same object where they say nothing of it. */
export function boundPolicy(
  policy: ResolvedPolicy,
  locks: AdminLocks,
  call: Called,
): ResolvedPolicy {
  const { maxTotalTimeoutMs, maxIdleTimeoutMs, mustTrack = [] } = locks;
  const isForced = policy.policy === 'never' && isAnyOf(mustTrack, call);
  const tracked: ResolvedPolicy = isForced ? { ...policy, policy: 'auto' } : policy;
  const idle = maxIdleTimeoutMs === undefined ? tracked : withIdle(tracked, maxIdleTimeoutMs);
  return maxTotalTimeoutMs === undefined ? idle : withTotal(idle, maxTotalTimeoutMs);
}

function withIdle(policy: ResolvedPolicy, longestMs: number): ResolvedPolicy {
  return { ...policy, idleTimeoutMs: atMost(policy.idleTimeoutMs, longestMs) };
}

/**
 * Only tasks have clocks, so a call becomes one when the time is over at the latest: then it is ended,
 * and its end is on record.
 */
function withTotal(policy: ResolvedPolicy, longestMs: number): ResolvedPolicy {
  const { handOffAfterMs, totalTimeoutMs } = policy;
  const bound = { ...policy, totalTimeoutMs: atMost(totalTimeoutMs, longestMs) };
  const latestMs = Math.min(longestMs, MAX_TIMER_MS);
  if (policy.policy === 'never') return { ...bound, policy: 'auto', handOffAfterMs: latestMs };
  return { ...bound, handOffAfterMs: Math.min(handOffAfterMs, latestMs) };
}

/** 0 in a setting is no limit. */
function atMost(settingMs: number, longestMs: number): number {
  return settingMs === 0 ? longestMs : Math.min(settingMs, longestMs);
}

function isAnyOf(globs: readonly string[], { route, tool }: Called): boolean {
  return globs.some((glob) => matchesGlob(glob, `${route.name}/${tool}`));
}
