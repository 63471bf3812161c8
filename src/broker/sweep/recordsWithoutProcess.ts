import { setTimeout as pause } from 'node:timers/promises';
import { type Examination, mendable } from '../../doctor/examination.ts';
import type { LiveCalls } from '../../proxy/downstream/liveCalls.ts';
import type { Registry } from '../../registry/registry.ts';
import { type HandleId, isTerminal, type TaskRecord } from '../../registry/taskRecord.ts';

/** What is on its way from one hand to another is there by then. */
const LOOK_AGAIN_MS = 2_000;

export const NOTHING_RUNS_NOTE =
  'Nothing runs for it any more: neither a process nor a connection to its server; how the call ended is unknown.';

export interface LiveParts {
  readonly registry: Pick<Registry, 'all' | 'get' | 'apply'>;
  readonly calls: Pick<LiveCalls, 'ofHandle'>;
  readonly lookAgainMs?: number;
}

/** Live records that nothing stands behind (P5): with `mend` they become `lost`. */
export function recordsWithoutProcess(parts: LiveParts): Examination {
  const { registry, lookAgainMs = LOOK_AGAIN_MS } = parts;
  return async (look) => {
    const first = registry.all().filter((record) => isAlone(parts, record));
    if (first.length === 0) return [];
    await pause(lookAgainMs);
    const left = first
      .map(({ handle }) => registry.get(handle))
      .filter((record) => isAlone(parts, record));
    return await Promise.all(
      left.map((record) => mendable(found(record), look, () => lose(parts, record.handle))),
    );
  };
}

function isAlone({ calls }: LiveParts, record: TaskRecord | undefined): record is TaskRecord {
  return (
    record !== undefined &&
    !isTerminal(record.status) &&
    calls.ofHandle(record.handle) === undefined
  );
}

function found({ handle, route, tool }: TaskRecord) {
  const what = `Task ${handle} (${route}/${tool}) counts as live`;
  return { kind: 'record_without_process', what, why: NOTHING_RUNS_NOTE } as const;
}

async function lose({ registry }: LiveParts, handle: HandleId): Promise<void> {
  await registry.apply(handle, { type: 'lost', note: NOTHING_RUNS_NOTE });
}
