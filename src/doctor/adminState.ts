import {
  type AdminReading,
  adminPolicyPath,
  readAdminPolicy,
} from '../brokerApi/adminPolicyFile.ts';
import type { Finding, FindingOutcome } from '../brokerApi/finding.ts';
import { lockedBy, lockLines } from '../brokerApi/lockWords.ts';

type Good = Extract<AdminReading, { kind: 'good' }>;

/**
 * What an administrator's file locks, which is nothing wrong, and what is the matter with it, which
 * only an administrator mends (P8).
 */
export function adminState(path: string = adminPolicyPath()): Finding[] {
  const reading = readAdminPolicy(path);
  switch (reading.kind) {
    case 'absent':
      return [];
    case 'ignored':
      return [wrong(reading.problem, 'A file that its user could write locks nothing.')];
    case 'broken': {
      const why = 'What the last good one said holds; where none is known, no new work begins.';
      return [wrong(reading.problem, why)];
    }
    case 'good':
      return [...locked(reading), ...unknown(reading, path)];
  }
}

function locked({ locks }: Good): Finding[] {
  const lines = lockLines(locks);
  if (lines.length === 0) return [];
  const what = `${lockedBy(locks)} has locked: ${lines.join('; ')}`;
  return [finding(what, 'Only that file changes it.', 'intended')];
}

function unknown({ locks }: Good, path: string): Finding[] {
  const why = 'It may be meant for another version; the rest holds.';
  return (locks.unknown ?? []).map((line) => wrong(`${path}: ${line}.`, why));
}

function wrong(what: string, why: string): Finding {
  return finding(what, why, 'cannot');
}

function finding(what: string, why: string, outcome: FindingOutcome): Finding {
  return { kind: 'admin_policy', what, why, outcome };
}
