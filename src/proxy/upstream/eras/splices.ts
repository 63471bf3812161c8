import {
  isObjectAt,
  isStringAt,
  MemberCursor,
  memberOf,
  type Span,
  skipSpace,
  stringAt,
} from '../../../common/jsonSpans.ts';
import { wholeOf } from '../../wire/members.ts';
import {
  readMessage,
  replaced,
  sliceOf,
  type WireMessage,
  withFirstMember,
  withId,
} from '../../wire/wireMessage.ts';

/** The text of one member of an object (JSON text); `null` if it is not there. */
export function memberText(objectText: string, key: string): string | null {
  const span = memberOf(objectText, wholeOf(objectText), key);
  return span === null ? null : sliceOf(objectText, span);
}

/** The same, where only an object will do. */
export function objectText(of: string, key: string): string | null {
  const text = memberText(of, key);
  return text?.startsWith('{') ? text : null;
}

/** One member of the object at `object` that is a string. */
export function stringMember(text: string, object: Span, key: string): string | null {
  const span = memberOf(text, object, key);
  return span !== null && isStringAt(text, span) ? stringAt(text, span) : null;
}

/** `text` without these members of the object at `object`; the others stay as they came. */
export function withoutMembers(text: string, object: Span, keys: readonly string[]): string {
  if (!isObjectAt(text, object)) return text;
  const kept: string[] = [];
  let hasOne = false;
  const cursor = new MemberCursor(text, object.start);
  while (cursor.next()) {
    if (keys.some((key) => cursor.isKey(key))) hasOne = true;
    else kept.push(sliceOf(text, cursor.member));
  }
  return hasOne ? replaced(text, object, `{${kept.join(',')}}`) : text;
}

/** An object (JSON text) without these members. */
export function objectWithout(text: string, keys: readonly string[]): string {
  return withoutMembers(text, wholeOf(text), keys);
}

/** The message with members (JSON text) in its `params`, which may be absent. */
export function withParamMembers(message: WireMessage, members: string): string {
  const { text, params } = message;
  if (params === null) return withFirstMember(text, wholeOf(text), `"params":{${members}}`);
  return isObjectAt(text, params) ? withFirstMember(text, params, members) : text;
}

/** The message with members (JSON text) in its `params._meta`, which may be absent. */
export function withMetaMembers(message: WireMessage, members: string): string {
  const meta = message.param('_meta');
  if (meta === null) return withParamMembers(message, `"_meta":{${members}}`);
  return isObjectAt(message.text, meta)
    ? withFirstMember(message.text, meta, members)
    : message.text;
}

/** A message (text) without these members of its `params._meta`; an empty `_meta` goes as well. */
export function withoutMetaMembers(message: WireMessage, keys: readonly string[]): string {
  const meta = message.param('_meta');
  if (meta === null || message.params === null) return message.text;
  const text = withoutMembers(message.text, meta, keys);
  if (text === message.text || text[skipSpace(text, meta.start + 1)] !== '}') return text;
  const emptied = readMessage(text);
  return emptied?.params ? withoutMembers(text, emptied.params, ['_meta']) : text;
}

/** A message (text) under another id. */
export function underId(text: string, id: string): string {
  const message = readMessage(text);
  return message === null ? text : withId(message, id);
}
