import {
  isObjectAt,
  MemberCursor,
  memberOf,
  type Span,
  skipSpace,
} from '../../common/jsonSpans.ts';
import type { ParamPlaces } from './paramPlaces.ts';
import { readMessage, replaced, type WireMessage, withFirstMember } from './wireMessage.ts';

/** A member of an object, and where the one before it ends. */
interface MemberPlace extends Span {
  readonly after: number;
}

function placeOf(text: string, object: Span, key: string): MemberPlace | null {
  if (!isObjectAt(text, object)) return null;
  const cursor = new MemberCursor(text, object.start);
  let after = object.start + 1;
  while (cursor.next()) {
    if (cursor.isKey(key)) return { ...cursor.member, after };
    after = cursor.value.end;
  }
  return null;
}

/** The place of a text that is one JSON value. */
export function wholeOf(text: string): Span {
  return { start: skipSpace(text, 0), end: text.length };
}

/** `text` with the member `key` of the object at `object` set to a value (JSON text). */
export function withMember(text: string, object: Span, [key, value]: [string, string]): string {
  const present = memberOf(text, object, key);
  if (present !== null) return replaced(text, present, value);
  return withFirstMember(text, object, `${JSON.stringify(key)}:${value}`);
}

/** `text` without the member `key` of the object at `object`. */
export function withoutMember(text: string, object: Span, key: string): string {
  const place = placeOf(text, object, key);
  if (place === null) return text;
  const next = skipSpace(text, place.end);
  if (text[next] === ',') return text.slice(0, place.start) + text.slice(next + 1);
  return text.slice(0, place.after) + text.slice(place.end);
}

/** The message without one member of its `params`; itself where there is none. */
export function withoutParam(message: WireMessage, key: keyof ParamPlaces): WireMessage {
  if (message.params === null || message.param(key) === null) return message;
  return readMessage(withoutMember(message.text, message.params, key)) ?? message;
}

/** `text` with another member (JSON text, key included) in the place of the member `key`. */
export function withMemberFor(text: string, object: Span, [key, member]: [string, string]): string {
  const place = placeOf(text, object, key);
  return place === null ? text : replaced(text, place, member);
}

/** Whether the object at `object` has no members. */
export function isEmptyObject(text: string, object: Span): boolean {
  return isObjectAt(text, object) && text[skipSpace(text, object.start + 1)] === '}';
}
