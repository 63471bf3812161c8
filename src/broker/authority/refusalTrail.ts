import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import type { Log } from '../../common/log.ts';
import type { AuditTrail, Principal } from '../../registry/auditTrail.ts';
import { refusalRow } from './refusalRow.ts';

export interface RefusalTrailOptions {
  readonly audit: AuditTrail;
  readonly log: Log;
}

/**
 * The rows about refusals of new work. A trail that cannot be written must not keep anybody from
 * stopping what runs (P6): each answers whether the row is there, and none rejects.
 */
export class RefusalTrail {
  constructor(private readonly options: RefusalTrailOptions) {}

  /** Without `principal`: as the refusal itself names who wrote it. */
  async refused(refusal: WorkRefusal, principal = authorOf(refusal)): Promise<boolean> {
    return await this.#append('work_refused', refusal, principal);
  }

  async accepted(refusal: WorkRefusal, principal: Principal): Promise<boolean> {
    return await this.#append('work_accepted', refusal, principal);
  }

  /** By a terminal that had no broker to ask. */
  async acceptedElsewhere(refusal: WorkRefusal, client: string | null): Promise<boolean> {
    return await this.accepted(refusal, principalOf('user', client));
  }

  /** What an administrator's file refuses has changed. */
  async locked(now: WorkRefusal | null, before: WorkRefusal | null): Promise<void> {
    const told = now ?? before;
    if (told === null) return;
    const principal = principalOf('admin', told.client);
    await this.#append(now === null ? 'work_accepted' : 'work_refused', told, principal);
  }

  async #append(
    action: 'work_refused' | 'work_accepted',
    refusal: WorkRefusal,
    principal: Principal,
  ): Promise<boolean> {
    const { audit, log } = this.options;
    try {
      await audit.append(refusalRow(action, refusal, principal));
      return true;
    } catch (error) {
      const what = 'What is refused, or accepted again, is not in the audit trail.';
      log.write('warn', what, error);
      return false;
    }
  }
}

function authorOf({ by, client }: WorkRefusal): Principal {
  return principalOf(by, client);
}

/** The program is gone: its name is all that there is. */
function principalOf(door: WorkRefusal['by'], client: string | null): Principal {
  const program = client === null ? null : { name: client, version: '' };
  return { door, client: program, conversationId: null, user: null };
}
