import { liftText, refusalText } from '../../brokerApi/refusalText.ts';
import type { WorkPlace, WorkRefusal } from '../../brokerApi/workRefusal.ts';
import type { Authority, WantedCall } from '../../proxy/authority.ts';
import type { KillSwitch } from '../ending/killSwitch.ts';
import type { WorkRefusals } from './workRefusals.ts';

/** What the kill switch says of a call (P7). */
export type WorkGate = Pick<Authority, 'refusalOf' | 'isHalted'>;

export interface WorkGateOptions {
  readonly killSwitch: Pick<KillSwitch, 'check'>;
  readonly refusals: Pick<WorkRefusals, 'refusalOf' | 'refusesAllOf'>;
}

/** Each question first takes in what was ordered past this broker. */
export function createWorkGate({ killSwitch, refusals }: WorkGateOptions): WorkGate {
  return {
    refusalOf: (call) => {
      killSwitch.check();
      const refusal = refusals.refusalOf(placeOf(call));
      return refusal === null ? null : refusedText(call.tool, refusal);
    },
    isHalted: ({ name, workspace }) => {
      killSwitch.check();
      return refusals.refusesAllOf({ route: name, workspace });
    },
  };
}

function placeOf(call: WantedCall): WorkPlace {
  const { name, workspace } = call.route;
  return {
    route: name,
    workspace,
    // Costs: asked only where a chat is refused.
    get conversationId() {
      return call.conversationId;
    },
  };
}

/** For a model: what it must not do, and who can change it. */
function refusedText(tool: string, refusal: WorkRefusal): string {
  return (
    `\`${tool}\` was not started: ${refusalText(refusal)}. ` +
    'Do not retry, and do not try to get the same done in another way; ask the user. ' +
    liftText(refusal)
  );
}
