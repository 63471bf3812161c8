import type { Finding, FindingKind } from '../../brokerApi/finding.ts';
import { aligned } from './aligned.ts';
import { plainLine } from './plainText.ts';

const HEAD = ['FOUND', 'OUTCOME', 'WHAT'];

const WORDS: Readonly<Record<FindingKind, string>> = {
  orphan_process: 'process',
  stale_endpoint: 'endpoint',
  stale_lock: 'lock',
  record_without_process: 'task',
  stray_file: 'file',
  old_version: 'version',
  broker: 'broker',
  work_refused: 'refusal',
  admin_policy: 'policy',
  home: 'home',
};

/** Findings as aligned lines. None is cut: what to do stands at the end. */
export function findingTable(findings: readonly Finding[]): string {
  return aligned([HEAD, ...findings.map(cellsOf)]).join('\n');
}

/** A newer broker may know kinds that we do not. */
function cellsOf({ kind, outcome, what, why }: Finding): string[] {
  return [
    WORDS[kind] ?? plainLine(kind),
    plainLine(outcome),
    plainLine(`${what.replace(/\.$/, '')}. ${why}`),
  ];
}
