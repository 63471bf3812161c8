import type { Finding } from '../../brokerApi/finding.ts';
import { type Examination, mendable } from '../../doctor/examination.ts';
import type { FileTaskStore } from '../../store/fileTaskStore.ts';

/** Results on disk that no record names (P13). */
export function strayResults(store: Pick<FileTaskStore, 'strayResults'>): Examination {
  return async (look) => {
    const findings: Finding[] = [];
    for (const { folder, handle, remove } of await store.strayResults()) {
      const what = `The result of ${handle} in ${folder} has no record`;
      const why =
        'The broker died between removing the record and the result; nobody can ask for it.';
      findings.push(await mendable({ kind: 'stray_file', what, why }, look, remove));
    }
    return findings;
  };
}
