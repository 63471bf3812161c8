import { Revoker } from '../../src/broker/ending/revoker.ts';
import { TaskRows } from '../../src/broker/taskRows.ts';
import type { ProxyStage } from './proxyStage.ts';

/** A person stops one task, and spares what shares its server. */
export const BY_USER = { door: 'user', note: null, force: false } as const;

/** Who ends the work of this stage. */
export function revokerOf(stage: ProxyStage): Revoker {
  const { registry, audit, calls, clock, context } = stage;
  const rows = new TaskRows(registry, calls, stage.rowContext);
  const { log, unended } = context;
  return new Revoker({ registry, audit, calls, rows, unended, clock, log });
}

/** Lets a whole ladder have its time. */
export async function passGrace(stage: ProxyStage): Promise<void> {
  for (let step = 0; step < 5; step += 1) await stage.passTime(1_000);
}

/** What comes of this ending, once its ladder has had its time. */
export async function climbed<T>(stage: ProxyStage, ending: Promise<T>): Promise<T> {
  await passGrace(stage);
  return await ending;
}
