import type { ControlClient } from '../../brokerApi/controlClient.ts';
import { liftText, refusalSentence } from '../../brokerApi/refusalText.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { plainLine } from './plainText.ts';
import type { Terminal } from './terminal.ts';

/** One line for a person: what is refused, and how that is lifted. */
export function refusalLine(refusal: WorkRefusal): string {
  return `${plainLine(refusalSentence(refusal))}. ${liftText(refusal)}`;
}

/** Says beside what is printed what new work is refused, if any is. */
export async function sayRefusals(terminal: Terminal, client: ControlClient): Promise<void> {
  const { refusals } = await client.request('broker/status', {});
  for (const refusal of refusals ?? []) terminal.say(refusalLine(refusal));
}
