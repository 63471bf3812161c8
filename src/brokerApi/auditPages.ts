import type { AuditQuery, AuditRow } from '../registry/auditTrail.ts';

const PAGE = 1_000;

/** Reads one page, such as by `audit/read`. */
export type ReadAuditPage = (query: AuditQuery) => Promise<{ readonly rows: readonly AuditRow[] }>;

/** Every row that `query` names, oldest first, a page at a time: a trail may be longer than a message. */
export async function* auditPages(
  read: ReadAuditPage,
  query: Pick<AuditQuery, 'handle'> = {},
): AsyncGenerator<readonly AuditRow[]> {
  for (let afterSequence = 0; ; ) {
    const { rows } = await read({ ...query, afterSequence, limit: PAGE });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    afterSequence = rows.at(-1)?.sequence ?? afterSequence;
  }
}
