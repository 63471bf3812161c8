import type { Finding } from '../brokerApi/finding.ts';
import { type KeptRefusal, readRefusals } from '../brokerApi/refusalFiles.ts';
import { liftText, refusalSentence } from '../brokerApi/refusalText.ts';
import type { Look } from './examination.ts';

/** New work that is refused, with or without a broker (P7): somebody's will, unless it is unreadable. */
export function refusalState({ paths }: Pick<Look, 'paths'>): Finding[] {
  return readRefusals(paths.refusals).map(findingOf);
}

function findingOf({ refusal, unreadable }: KeptRefusal): Finding {
  const what = refusalSentence(refusal);
  const outcome = unreadable === undefined ? 'intended' : 'cannot';
  return { kind: 'work_refused', what, why: liftText(refusal), outcome };
}
