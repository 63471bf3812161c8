import { isObjectAt, MemberCursor, memberOf } from '../../../common/jsonSpans.ts';
import { capabilityFor, META_CALL } from '../../wire/mcpNames.ts';
import { wholeOf } from '../../wire/members.ts';
import { readMessage, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import { memberText, stringMember, withMetaMembers, withParamMembers } from './splices.ts';

/** What a modern server asks in the middle of a call. */
export interface Question {
  /** Under which the server wants the answer. */
  readonly key: string;
  readonly method: string;
  /** JSON text. */
  readonly paramsText: string | null;
}

/** What an `input_required` result asks; `null` if it cannot be read. */
export function questionsIn(answer: WireMessage): Question[] | null {
  const requests = answer.result && memberOf(answer.text, answer.result, 'inputRequests');
  if (requests === null) return [];
  const { text } = answer;
  if (!isObjectAt(text, requests)) return null;
  const questions: Question[] = [];
  const cursor = new MemberCursor(text, requests.start);
  while (cursor.next()) {
    const method = stringMember(text, cursor.value, 'method');
    if (method === null || capabilityFor(method) === null) return null;
    const params = memberOf(text, cursor.value, 'params');
    const paramsText = params === null ? null : sliceOf(text, params);
    questions.push({ key: cursor.key, method, paramsText });
  }
  return questions;
}

/** The question as a request of a legacy server under this id, marked with the call it is about. */
export function questionLine(question: Question, id: string, callId: string): string {
  const { method, paramsText } = question;
  const plain = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${paramsText ?? '{}'}}`;
  const marked = readMessage(withMark(plain, callId));
  const needsId = paramsText !== null && lacksElicitationId(paramsText);
  if (marked === null || !needsId) return marked?.text ?? plain;
  return withParamMembers(marked, `"elicitationId":"${id}"`);
}

function withMark(line: string, callId: string): string {
  const message = readMessage(line);
  return message === null ? line : withMetaMembers(message, `"${META_CALL}":${callId}`);
}

/** To 2025-11-25 a page to visit has an id; 2026-07-28 has none. */
function lacksElicitationId(paramsText: string): boolean {
  const isPage = stringMember(paramsText, wholeOf(paramsText), 'mode') === 'url';
  return isPage && memberText(paramsText, 'elicitationId') === null;
}
