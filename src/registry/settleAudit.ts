import { BROKER_PRINCIPAL } from './auditDrafts.ts';
import type { AuditDraft, AuditRow, AuditTrail } from './auditTrail.ts';
import type { Registry } from './registry.ts';

const UNRECORDED = 'The broker ended before the change reached the record.';

/**
 * After a crash: each row of the trail whose change never reached its record is answered by one
 * that says so (P8). Call it after `load` and before anything changes.
 */
export async function settleAudit(registry: Registry, audit: AuditTrail): Promise<void> {
  const rows = [...(await audit.lastRows()).values()];
  const unrecorded = rows.filter((row) => row.outcome === 'done' && !isRecorded(row, registry));
  await Promise.all(unrecorded.map((row) => audit.append(answerTo(row))));
}

/** A record that is gone has been put away, unless the row is the one that made it. */
function isRecorded({ handle, revision, action }: AuditRow, registry: Registry): boolean {
  if (handle === null || revision === null) return true;
  const record = registry.get(handle);
  return record === undefined ? action !== 'created' : record.revision >= revision;
}

function answerTo(row: AuditRow): AuditDraft {
  const { sequence: _, time: __, previousHash: ___, hash: ____, ...draft } = row;
  return { ...draft, principal: BROKER_PRINCIPAL, reason: UNRECORDED, outcome: 'not_recorded' };
}
