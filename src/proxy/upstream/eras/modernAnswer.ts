import { isObjectAt, memberOf } from '../../../common/jsonSpans.ts';
import { resultTextLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { wholeOf } from '../../wire/members.ts';
import {
  replaced,
  sliceOf,
  type WireMessage,
  withFirstMember,
  withId,
} from '../../wire/wireMessage.ts';
import { underId } from './splices.ts';

/** Requests whose results must say how long they may be kept (2026-07-28, caching). */
const CACHEABLE: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);
const COMPLETE = [['resultType', '"complete"']] as const;
/** Nothing is known of how long a legacy server's lists last. */
const NOT_KEPT = [...COMPLETE, ['ttlMs', '0'], ['cacheScope', '"private"']] as const;

/** Codes that a server of 2026-07-28 must not use, and those it has instead. */
const REPLACED_CODES: Readonly<Record<string, number>> = {
  // Resource not found.
  '-32002': WireErrorCode.invalidParams,
  // A page must be visited first.
  '-32042': WireErrorCode.internalError,
};

/** A legacy server's answer to a request of this method for a modern client, under this id. */
export function modernAnswer(answer: WireMessage, id: string, method: string): string {
  if (answer.result === null) return modernError(answer, id);
  if (!isObjectAt(answer.text, answer.result)) return withId(answer, id);
  const result = sliceOf(answer.text, answer.result);
  const due = CACHEABLE.has(method) ? NOT_KEPT : COMPLETE;
  const missing = due.filter(([key]) => memberOf(result, wholeOf(result), key) === null);
  if (missing.length === 0) return withId(answer, id);
  const members = missing.map(([key, value]) => `"${key}":${value}`).join(',');
  return resultTextLine(id, withFirstMember(result, wholeOf(result), members));
}

function modernError(answer: WireMessage, id: string): string {
  const code = answer.error && memberOf(answer.text, answer.error, 'code');
  const better = code === null ? undefined : REPLACED_CODES[sliceOf(answer.text, code)];
  if (code === null || better === undefined) return withId(answer, id);
  return underId(replaced(answer.text, code, String(better)), id);
}
