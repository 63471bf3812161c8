import { isJsonObject, parseJson } from '../common/json.ts';
import type { AdminLocks } from './adminLocks.ts';

/** What a policy file locks, or the one thing in it that cannot be meant. */
export type ParsedLocks = { readonly locks: AdminLocks } | { readonly problem: string };

/** What one member must be, in words. */
interface Member {
  readonly is: (value: unknown) => boolean;
  readonly words: string;
}

const DURATION: Member = {
  is: (value) => Number.isSafeInteger(value) && Number(value) > 0,
  words: 'a whole number of milliseconds above 0',
};
const GLOBS: Member = {
  is: (value) => Array.isArray(value) && value.every(isText),
  words: 'a list of texts such as "*/deploy"',
};
const TEXT: Member = { is: isText, words: 'a text that is not empty' };

const MEMBERS: Record<Exclude<keyof AdminLocks, 'source' | 'problem' | 'unknown'>, Member> = {
  by: TEXT,
  maxTotalTimeoutMs: DURATION,
  maxIdleTimeoutMs: DURATION,
  mustTrack: GLOBS,
  refusedTools: GLOBS,
  failOpen: { is: (value) => value === false, words: 'false, or left out' },
  refuseNewWork: TEXT,
};

/**
 * Reads a policy file's text. One member that cannot be meant makes the whole file malformed: what
 * its author wanted locked is not known then. Members of other versions are told and passed over.
 */
export function parseAdminLocks(text: string, source: string): ParsedLocks {
  const value = parseJson(text.replace(/^\uFEFF/, ''));
  if (!isJsonObject(value)) return { problem: 'it is no JSON object' };
  const known: [string, unknown][] = [];
  const unknown: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (!Object.hasOwn(MEMBERS, name)) unknown.push(`"${name.slice(0, 100)}" is not known`);
    else if (MEMBERS[name as keyof typeof MEMBERS].is(member)) known.push([name, member]);
    else {
      const { words } = MEMBERS[name as keyof typeof MEMBERS];
      return { problem: `"${name}" must be ${words}` };
    }
  }
  const locks: AdminLocks = { by: null, ...Object.fromEntries(known), source };
  return { locks: unknown.length === 0 ? locks : { ...locks, unknown } };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
