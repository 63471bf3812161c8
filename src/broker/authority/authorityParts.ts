import type { AdminLocks } from '../../brokerApi/adminLocks.ts';
import { adminPolicyPath } from '../../brokerApi/adminPolicyFile.ts';
import type { AuditTrail } from '../../registry/auditTrail.ts';
import type { PartsBase } from '../brokerContext.ts';
import { AdminPolicy } from './adminPolicy.ts';
import { WorkRefusals } from './workRefusals.ts';

/** What stands above all settings: administrators' locks (P8), and what is refused (P7). */
export interface AuthorityParts {
  readonly adminPolicy: AdminPolicy;
  readonly locks: () => AdminLocks;
  readonly refusals: WorkRefusals;
}

/** An administrator's refusal is one of the refusals, and follows the file. */
export function openAuthority(base: PartsBase, audit: AuditTrail): AuthorityParts {
  const { paths, log, clock, owned, notices, isFenced } = base;
  const file = { path: adminPolicyPath(), copy: paths.adminCopy };
  const adminPolicy = owned.add(new AdminPolicy({ ...file, clock, log, notices, isFenced }));
  const refused = { folder: paths.refusals, locked: adminPolicy.refusalBefore };
  const refusals = owned.add(new WorkRefusals({ ...refused, audit, clock, log }));
  refusals.setLocked(adminPolicy.refusal);
  owned.add(adminPolicy.onDidChange(() => refusals.setLocked(adminPolicy.refusal)));
  return { adminPolicy, locks: () => adminPolicy.locks, refusals };
}
