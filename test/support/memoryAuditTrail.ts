import type { AuditDraft, AuditRow, AuditTrail } from '../../src/registry/auditTrail.ts';
import type { HandleId } from '../../src/registry/taskRecord.ts';

/** A trail whose rows count as on disk; it chains nothing. */
export class MemoryAuditTrail implements AuditTrail {
  readonly rows: AuditRow[] = [];
  failure: Error | null = null;

  async append(draft: AuditDraft): Promise<AuditRow> {
    if (this.failure) throw this.failure;
    const sequence = this.rows.length + 1;
    const row = { ...draft, sequence, time: '', previousHash: '', hash: '' };
    this.rows.push(row);
    return row;
  }

  async read(): Promise<AuditRow[]> {
    return [...this.rows];
  }

  async lastRows(): Promise<ReadonlyMap<HandleId, AuditRow>> {
    const last = new Map<HandleId, AuditRow>();
    for (const row of this.rows) {
      if (row.handle !== null && row.revision !== null) last.set(row.handle, row);
    }
    return last;
  }

  async verify(): Promise<[]> {
    return [];
  }
}
