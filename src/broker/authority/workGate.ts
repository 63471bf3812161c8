import { liftText, refusalText } from '../../brokerApi/refusalText.ts';
import type { WorkPlace, WorkRefusal } from '../../brokerApi/workRefusal.ts';
import type { Clock } from '../../common/clock.ts';
import type { Authority, WantedCall } from '../../proxy/authority.ts';
import type { KillSwitch } from '../ending/killSwitch.ts';
import type { WorkRefusals } from './workRefusals.ts';

/** What the kill switch says of a call (P7). */
export type WorkGate = Pick<Authority, 'refusalOf' | 'isHalted'>;

export interface WorkGateOptions {
  readonly killSwitch: Pick<KillSwitch, 'check'>;
  readonly refusals: Pick<WorkRefusals, 'refusalOf' | 'refusesAllOf'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * A look at the folders costs a third of a whole call: thousands of calls a second share one. What begins
 * in between is ended by the next; and a broker that was stopped looks first, since the clock went on.
 */
const LOOK_MS = 5;

/** Questions first take in what was ordered past this broker. */
export function createWorkGate({ killSwitch, refusals, clock }: WorkGateOptions): WorkGate {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const look = () => {
    const nowMs = clock.monotonic();
    if (nowMs - lookedAtMs < LOOK_MS) return;
    lookedAtMs = nowMs;
    killSwitch.check();
  };
  return {
    refusalOf: (call) => {
      look();
      const refusal = refusals.refusalOf(new PlaceOfCall(call));
      return refusal === null ? null : refusedText(call.tool, refusal);
    },
    isHalted: ({ name, workspace }) => {
      look();
      return refusals.refusesAllOf({ route: name, workspace });
    },
  };
}

/** Made for every call, and looked at only where something is refused: a literal costs far more. */
class PlaceOfCall implements WorkPlace {
  constructor(private readonly call: WantedCall) {}

  get route(): string {
    return this.call.route.name;
  }

  get workspace(): string | null {
    return this.call.route.workspace;
  }

  get conversationId(): string | null {
    return this.call.client.conversationId;
  }
}

/** For a model: what it must not do, and who can change it. */
function refusedText(tool: string, refusal: WorkRefusal): string {
  return (
    `\`${tool}\` was not started: ${refusalText(refusal)}. ` +
    'Do not retry, and do not try to get the same done in another way; ask the user. ' +
    liftText(refusal)
  );
}
