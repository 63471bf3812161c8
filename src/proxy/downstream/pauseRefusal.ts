import type { Upstream } from '../upstream/upstream.ts';
import type { LiveCall } from './liveCall.ts';
import type { LiveCalls } from './liveCalls.ts';

const MAX_NAMED = 3;
const HOW = 'set `isolation` to `perCall` for its tool, and later calls of it can be paused';

/**
 * Why a live call or task cannot be paused (P9), one true sentence for people and models; `null`: it
 * can. Only where its processes do this work and nothing else: whoever else needs them would hang.
 */
export function pauseRefusal(call: LiveCall | undefined, calls: LiveCalls): string | null {
  const upstream = call?.upstream ?? null;
  if (call === undefined || upstream === null || upstream.isGone) {
    return 'Its server is not connected, so there is nothing that could be paused.';
  }
  if (upstream.facts === null) {
    return 'Its work is done by a remote server, whose processes are not ours to pause.';
  }
  if (upstream.isLeaving) return 'Its server is ending, so it cannot be paused any more.';
  if (!upstream.standstill.isPossible) return 'Processes cannot be paused on this platform.';
  if (!call.isTask && call.policy.policy === 'never') {
    return 'It never becomes a task (`policy` is `never`), so nobody could resume it.';
  }
  return otherWorkOf(call, upstream, calls);
}

function otherWorkOf(call: LiveCall, upstream: Upstream, calls: LiveCalls): string | null {
  if (upstream.servesSession) {
    return `Its server also serves an attached session, which would hang; ${HOW}.`;
  }
  const others = calls.sharing(call);
  if (others.length > 0) {
    const names = [...new Set(others.map(({ tool }) => nameOf(tool)))].slice(0, MAX_NAMED);
    return `Its server also runs ${names.join(', ')}, which would stand as well; ${HOW}.`;
  }
  if (upstream.inFlight > 1) return `Its server also does other work; ${HOW}.`;
  return null;
}

/** Another agent may read it: a server's word that is more than a name does not get into ours. */
function nameOf(tool: string): string {
  return /^[\w./-]{1,64}$/.test(tool) ? `\`${tool}\`` : 'another tool';
}
