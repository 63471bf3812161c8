import { type Disposable, DisposableStore } from '../../../common/disposable.ts';
import { percentOf } from '../../../registry/progress.ts';
import type { Registry } from '../../../registry/registry.ts';
import { type HandleId, isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';

/**
 * Tells a task's changes that a client can see, until it has ended: its state, and how far it is, at
 * most as often as the registry tells ticks. Costs nothing while nothing changes (P11).
 */
export function followTask(
  registry: Registry,
  handle: HandleId,
  tell: (record: TaskRecord) => void,
): Disposable {
  const resources = new DisposableStore();
  const last = registry.get(handle);
  let told = last === undefined ? '' : faceOf(last);
  const listen = (record: TaskRecord) => {
    const face = faceOf(record);
    if (isTerminal(record.status)) resources.dispose();
    if (face === told) return;
    told = face;
    tell(record);
  };
  resources.add(registry.onDidChangeOf(handle)(listen));
  resources.add(registry.onDidTickOf(handle)(listen));
  return resources;
}

/** What of a task is seen from outside, but for its times. */
function faceOf(record: TaskRecord): string {
  const { status, progress } = record;
  return [status, percentOf(record), progress?.progress, progress?.message].join('|');
}
