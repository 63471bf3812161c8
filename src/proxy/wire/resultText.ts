import { isObjectAt, memberOf } from '../../common/jsonSpans.ts';
import { wholeOf, withMember, withoutMember } from './members.ts';
import { withFirstMember } from './wireMessage.ts';

/**
 * A result (JSON text) with this value under a key of its `_meta`, byte for byte otherwise; as it
 * is where the server sent something else than an object.
 */
export function withMeta(resultText: string, key: string, value: unknown): string {
  const whole = wholeOf(resultText);
  if (!isObjectAt(resultText, whole)) return resultText;
  const meta = memberOf(resultText, whole, '_meta');
  const valueText = JSON.stringify(value);
  if (meta === null) {
    return withMember(resultText, whole, ['_meta', `{${JSON.stringify(key)}:${valueText}}`]);
  }
  return isObjectAt(resultText, meta) ? withMember(resultText, meta, [key, valueText]) : resultText;
}

/** A result (JSON text) without this key in its `_meta`. */
export function withoutMeta(resultText: string, key: string): string {
  const meta = memberOf(resultText, wholeOf(resultText), '_meta');
  return meta === null ? resultText : withoutMember(resultText, meta, key);
}

/** A result (JSON text) as 2026-07-28 demands it: one that says no `resultType` is complete. */
export function withResultType(resultText: string): string {
  const whole = wholeOf(resultText);
  if (!isObjectAt(resultText, whole)) return resultText;
  if (memberOf(resultText, whole, 'resultType') !== null) return resultText;
  return withFirstMember(resultText, whole, '"resultType":"complete"');
}
