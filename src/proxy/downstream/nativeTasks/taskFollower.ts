import { type Disposable, DisposableStore } from '../../../common/disposable.ts';
import { percentOf } from '../../../registry/progress.ts';
import { type HandleId, isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';
import type { ProxyContext } from '../../proxyContext.ts';

/**
 * Tells a task's changes that a client can see, until it has ended: its state, what it asks, and how
 * far it is, at most as often as the registry tells ticks. Costs nothing while nothing changes (P11).
 */
export function followTask(
  { registry, questions }: Pick<ProxyContext, 'registry' | 'questions'>,
  handle: HandleId,
  tell: (record: TaskRecord) => void,
): Disposable {
  const resources = new DisposableStore();
  const faceOf = (record: TaskRecord) => [stateOf(record), ...keysOf(record)].join('|');
  const keysOf = ({ status }: TaskRecord) =>
    status === 'input_required' ? questions.of(handle).map(({ key }) => key) : [];
  const first = registry.get(handle);
  let told = first === undefined ? '' : faceOf(first);
  const look = (record: TaskRecord) => {
    if (isTerminal(record.status)) resources.dispose();
    const face = faceOf(record);
    if (face === told || isBetweenQuestions(record, keysOf(record))) return;
    told = face;
    tell(record);
  };
  resources.add(registry.onDidChangeOf(handle)(look));
  resources.add(registry.onDidTickOf(handle)(look));
  resources.add(
    questions.onDidChange((asked) => {
      const record = asked === handle ? registry.get(handle) : undefined;
      if (record !== undefined) look(record);
    }),
  );
  return resources;
}

/** All is answered, and that the task goes on is on its way to the disk. */
function isBetweenQuestions({ status }: TaskRecord, keys: readonly string[]): boolean {
  return status === 'input_required' && keys.length === 0;
}

/** What of a task is seen from outside, but for its times. */
function stateOf(record: TaskRecord): string {
  const { status, paused, progress } = record;
  return [status, paused, percentOf(record), progress?.progress, progress?.message].join('|');
}
