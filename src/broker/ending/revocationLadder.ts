import type { Clock } from '../../common/clock.ts';
import type { LiveCall } from '../../proxy/downstream/liveCall.ts';
import { NOTHING_ENDED, type UpstreamEnding } from '../../proxy/upstream/upstreamChannel.ts';
import type { RevocationLevel } from '../../registry/taskRecord.ts';
import { type LadderEnd, ladderEnd } from './ladderEnd.ts';

export interface LadderOptions {
  readonly call: LiveCall;
  /** What the server is told; `null`: it has been asked to stop already. */
  readonly reason: string | null;
  /** Whether the whole upstream may be ended for this one call; asked when it would be: others may have come. */
  readonly mayEndUpstream: () => boolean;
  /** The person has said that it may: nothing is tried that would spare it. */
  readonly isForced: boolean;
  readonly clock: Clock;
}

/** How long an upstream has to notice that its own children are gone. */
const SETTLE_MS = 300;

/**
 * cooperative → grace → processes that only this call can have started → SIGTERM group → SIGKILL
 * group. `revokeGraceMs` bounds each wait for somebody's will; the level that ended it is the
 * answer (P6).
 */
export async function climbLadder(options: LadderOptions): Promise<LadderEnd> {
  const { call, clock, reason } = options;
  const { upstream } = call;
  if (upstream === null) return ladderEnd('none');
  // Ended for something else that it ran, before this could be asked to stop.
  if (upstream.isGone) {
    return upstream.ending === null ? ladderEnd('none') : endedWhole(await upstream.ending);
  }
  const graceMs = call.policy.revokeGraceMs;
  const hadAnswered = !call.isPendingUpstream;
  if (reason !== null) call.cancelUpstream(reason, { forget: false });
  const hasAnswered = hadAnswered || (await answered(call, graceMs, clock));
  if (upstream.isGone && upstream.ending !== null) return endedWhole(await upstream.ending);
  if (options.isForced && !hasAnswered) return endedWhole(await upstream.end(graceMs));
  const own = call.hasOverlapped
    ? NOTHING_ENDED
    : await upstream.endDescendants(call.startedAtMs, graceMs);
  const isLeftAlone =
    hasAnswered ||
    (own.level !== 'none' && (await answered(call, SETTLE_MS, clock))) ||
    !options.mayEndUpstream() ||
    (own.level !== 'none' && upstream.servesSession);
  if (!isLeftAlone) return endedWhole(await upstream.end(graceMs), own);
  return ladderEnd(own.level === 'none' ? 'cooperative' : 'descendants', own);
}

/** What was asked to stop, and did not, is ended with its server. */
export async function endServer({ upstream, policy }: LiveCall): Promise<LadderEnd> {
  if (upstream === null) return ladderEnd('none');
  return endedWhole(await upstream.end(policy.revokeGraceMs));
}

function endedWhole(whole: UpstreamEnding, before = NOTHING_ENDED): LadderEnd {
  const level: RevocationLevel = whole.level === 'none' ? 'cooperative' : whole.level;
  return ladderEnd(level, before, whole);
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
