import { readPanics } from '../brokerApi/panicJournal.ts';
import { Registry } from '../registry/registry.ts';
import { isFindable } from '../registry/remoteWork.ts';
import { Retention } from '../registry/retention.ts';
import { settleAudit } from '../registry/settleAudit.ts';
import { AuditFiles } from '../store/auditFiles.ts';
import { damageText } from '../store/damage.ts';
import { FileTaskStore } from '../store/fileTaskStore.ts';
import type { PartsBase } from './brokerContext.ts';
import { revokePanicked } from './ending/panicMerge.ts';
import { endSurvivors } from './ending/survivors.ts';
import { createTaskTime, type TaskTime } from './taskTime.ts';

/** What is on disk, and who keeps it. */
export interface RecordParts {
  readonly store: FileTaskStore;
  readonly audit: AuditFiles;
  readonly registry: Registry;
  readonly time: TaskTime;
}

/** Everything a dead broker left is decided when this has resolved (P5, P13). */
export async function openRecords(base: PartsBase): Promise<RecordParts> {
  const { paths, log, clock, owned, notices, isFenced } = base;
  const store = new FileTaskStore({
    home: paths.root,
    log,
    isFenced,
    onDamage: (report) => notices.add('warn', damageText(report)),
  });
  const audit = new AuditFiles({ folder: paths.audit, log, isFenced });
  const registry = owned.add(new Registry({ store, archive: store, audit, clock, log }));
  await recover({ registry, audit }, base);
  owned.add(new Retention({ registry, archive: store, clock, log, time: registry.time }));
  const timeOptions = { registry, clock, log, path: paths.durations, isFenced };
  return { store, audit, registry, time: owned.add(await createTaskTime(timeOptions)) };
}

async function recover(
  { registry, audit }: Pick<RecordParts, 'registry' | 'audit'>,
  { paths, log }: PartsBase,
): Promise<void> {
  await registry.load();
  await settleAudit(registry, audit);
  const records = registry.all();
  await revokePanicked(registry, readPanics(paths.panics));
  await registry.loseOrphans(isFindable);
  await endSurvivors({ records, ledger: paths.processes }, log);
}
