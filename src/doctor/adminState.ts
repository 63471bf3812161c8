import { adminFindings } from '../brokerApi/adminFindings.ts';
import { adminPolicyPath, readAdminPolicy } from '../brokerApi/adminPolicyFile.ts';
import type { Finding } from '../brokerApi/finding.ts';
import { lockedBy, lockLines } from '../brokerApi/lockWords.ts';

/** What an administrator's file locks, and what is the matter with it (P8). */
export function adminState(path: string = adminPolicyPath()): Finding[] {
  const reading = readAdminPolicy(path);
  const lines = reading.kind === 'good' ? lockLines(reading.locks) : [];
  if (reading.kind !== 'good' || lines.length === 0) return adminFindings(path);
  const what = `${lockedBy(reading.locks)} has locked: ${lines.join('; ')}`;
  const why = 'Only that file changes it.';
  return [{ kind: 'admin_policy', what, why, outcome: 'intended' }, ...adminFindings(path)];
}
