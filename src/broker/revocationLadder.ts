import type { Clock } from '../common/clock.ts';
import type { LiveCall } from '../proxy/downstream/liveCall.ts';
import type { RevocationLevel } from '../registry/taskRecord.ts';

export interface LadderOptions {
  readonly call: LiveCall;
  /** Whether the whole upstream may be ended for this one call. */
  readonly mayEndUpstream: boolean;
  readonly clock: Clock;
}

/** How long an upstream has to notice that its own children are gone. */
const SETTLE_MS = 300;

/**
 * cooperative → grace → processes that only this call can have started → SIGTERM group → SIGKILL
 * group. Each step is bounded; the level that ended it is the answer (P6).
 */
export async function climbLadder(options: LadderOptions): Promise<RevocationLevel> {
  const { call, clock, mayEndUpstream } = options;
  const { upstream } = call;
  if (upstream === null || upstream.isGone) return 'none';
  const graceMs = call.policy.revokeGraceMs;
  const hadAnswered = !call.isPendingUpstream;
  call.cancelUpstream('The task was revoked.', { forget: false });
  const hasAnswered = hadAnswered || (await answered(call, graceMs, clock));
  if (upstream.isGone && upstream.ending !== null) return levelOf(await upstream.ending);
  const ended = call.hasOverlapped ? 0 : await upstream.endDescendants(call.startedAtMs, graceMs);
  if (hasAnswered) return ended > 0 ? 'descendants' : 'cooperative';
  if (ended > 0 && (await answered(call, SETTLE_MS, clock))) return 'descendants';
  if (!mayEndUpstream) return ended > 0 ? 'descendants' : 'cooperative';
  if (ended > 0 && upstream.listener !== null) return 'descendants';
  return levelOf(await upstream.end(graceMs));
}

function levelOf(ended: 'none' | 'terminated' | 'killed'): RevocationLevel {
  return ended === 'none' ? 'cooperative' : ended;
}

/** Whether the upstream's answer (or its end) comes within the time. */
function answered(call: LiveCall, withinMs: number, clock: Clock): Promise<boolean> {
  if (!call.isPendingUpstream) return Promise.resolve(true);
  return new Promise((resolve) => {
    const timer = clock.after(withinMs, () => finish(false));
    const listener = call.onDidSettle(() => finish(true));
    const finish = (value: boolean) => {
      timer.dispose();
      listener.dispose();
      resolve(value);
    };
  });
}
