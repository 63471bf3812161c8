import { adminPolicyPath, readAdminPolicy } from './adminPolicyFile.ts';
import type { Finding } from './finding.ts';

/** What is the matter with the administrator's file, for `doctor`; only an administrator mends it. */
export function adminFindings(path: string = adminPolicyPath()): Finding[] {
  const reading = readAdminPolicy(path);
  switch (reading.kind) {
    case 'absent':
      return [];
    case 'ignored':
      return [finding(reading.problem, 'A file that its user could write locks nothing.')];
    case 'broken': {
      const why = 'What the last good one said holds; where none is known, no new work begins.';
      return [finding(reading.problem, why)];
    }
    case 'good':
      return (reading.locks.unknown ?? []).map((line) =>
        finding(`${path}: ${line}.`, 'It may be meant for another version; the rest holds.'),
      );
  }
}

function finding(what: string, why: string): Finding {
  return { kind: 'admin_policy', what, why, outcome: 'cannot' };
}
