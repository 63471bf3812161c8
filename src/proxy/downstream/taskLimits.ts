import type { ProxyContext } from '../proxyContext.ts';
import type { LiveCall } from './liveCall.ts';
import type { LiveCalls } from './liveCalls.ts';

/** Why a call may not begin, for a model to act on; `null`: it may. The kill switch comes first (P7). */
export function refusalOf(
  call: LiveCall,
  { authority, calls }: Pick<ProxyContext, 'authority' | 'calls'>,
): string | null {
  return authority.refusalOf(call) ?? tooMany(call, calls);
}

/** Why one call more would be too many; `null` while it is not. */
function tooMany(call: LiveCall, calls: LiveCalls): string | null {
  const { policy, maxLiveTasks, maxLiveTasksInAll } = call.policy;
  if (policy === 'never' || calls.size < Math.min(maxLiveTasks, maxLiveTasksInAll)) return null;
  const live = calls.all().filter((one) => one.isTask || one.isHandingOff);
  const ofRoute = live.filter((one) => isSameRoute(one, call)).length;
  if (ofRoute >= maxLiveTasks) {
    const where = `of server \`${call.route.name}\` run already`;
    return refusal(call, `${ofRoute} tasks ${where}, and maxLiveTasks is ${maxLiveTasks}`);
  }
  if (live.length < maxLiveTasksInAll) return null;
  const what = `${live.length} tasks run already, and maxLiveTasksInAll is ${maxLiveTasksInAll}`;
  return refusal(call, what);
}

function refusal({ tool }: LiveCall, what: string): string {
  return (
    `\`${tool}\` was not started: ${what}. Wait until a task has ended, or stop one that is not ` +
    'needed any more, then call again; the user can raise the setting.'
  );
}

function isSameRoute(one: LiveCall, other: LiveCall): boolean {
  return one.route.name === other.route.name && one.route.workspace === other.route.workspace;
}
