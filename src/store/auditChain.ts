import { createHash } from 'node:crypto';
import { isJsonObject, parseJson } from '../common/json.ts';
import type { AuditDraft, AuditRow } from '../registry/auditTrail.ts';

/** What the first row of a trail follows. */
export const GENESIS_HASH = '0'.repeat(64);
/** The hash of a row that cannot be read: nothing can be said of whether one follows it. */
const UNKNOWN_HASH = '';

/** Where a chain stands: what the next row has to follow. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}

export const GENESIS: ChainHead = { sequence: 0, hash: GENESIS_HASH };

/** Numbers and chains a row. */
export function chained(draft: AuditDraft, head: ChainHead, time: string): AuditRow {
  const row = { sequence: head.sequence + 1, time, ...draft, previousHash: head.hash };
  return { ...row, hash: hashOf(row) };
}

/** A line of a trail's file, or what is wrong with it. */
export type ReadRow = { readonly row: AuditRow } | { readonly problem: string };

/** Reads a line as untrusted input: a row is one only if its hash covers all that it says. */
export function readRow(line: string): ReadRow {
  const value = parseJson(line);
  if (!isJsonObject(value)) return { problem: 'is not a row' };
  const { hash, ...rest } = value;
  if (typeof rest.sequence !== 'number' || typeof rest.previousHash !== 'string') {
    return { problem: 'has no place in the chain' };
  }
  if (hash !== hashOf(rest)) return { problem: `(row ${rest.sequence}) was edited` };
  // Whoever made the hash made the members: they are ours.
  return { row: value as unknown as AuditRow };
}

/** What is wrong with the place of a row that is itself whole; `null`: nothing. */
export function faultAfter(head: ChainHead, { sequence, previousHash }: AuditRow): string | null {
  if (sequence === head.sequence + 1) {
    const follows = head.hash === UNKNOWN_HASH || previousHash === head.hash;
    return follows ? null : `(row ${sequence}) does not follow the row before`;
  }
  if (sequence > head.sequence + 1) {
    return `rows ${head.sequence + 1} to ${sequence - 1} are missing before row ${sequence}`;
  }
  return `(row ${sequence}) is out of its place, after row ${head.sequence}`;
}

/** Where an edited row says that it stands; without a word of it, one further than before. */
export function claimedHead(line: string, before: ChainHead): ChainHead {
  const [, sequence, hash] = /"sequence":(\d+).*"hash":"([0-9a-f]{64})"/.exec(line) ?? [];
  if (sequence === undefined || hash === undefined) {
    return { sequence: before.sequence + 1, hash: UNKNOWN_HASH };
  }
  return { sequence: Number(sequence), hash };
}

/** Members in the order in which they stand: JSON keeps it, from disk as well. */
function hashOf(row: object): string {
  return createHash('sha256').update(JSON.stringify(row)).digest('hex');
}
