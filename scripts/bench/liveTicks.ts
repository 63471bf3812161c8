import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlClient } from '../../src/brokerApi/controlClient.ts';
import { ENV_HOME } from '../../src/common/product.ts';
import type { BenchStage } from './benchStage.ts';
import { handleOf } from './durableHandles.ts';
import { homeIn, ProbedProcess } from './probedProcess.ts';

/** What the broker takes while tasks tick. */
export interface TickLoad {
  /** Of one core, 0..1; `null` where it cannot be told. */
  readonly cpuShare: number | null;
  readonly longestBlockMs: number;
}

export interface LiveTicks {
  readonly tasks: number;
  readonly seconds: number;
  readonly unwatched: TickLoad;
  /** With a window that is told of every change. */
  readonly watched: TickLoad;
  readonly rowsTold: number;
  /** By how much a process that does nothing was late on this machine meanwhile. */
  readonly machineBlockMs: number;
}

const SERVER = join(import.meta.dirname, '../../test/bench/tickingServer.mjs');
/** As many tasks of one server as a broker allows. */
const TASKS_EACH = 100;
/** Until every task has ticked and the first snapshots are written. */
const SETTLE_MS = 12_000;

/** So many live tasks, with a progress event a second each. */
export async function measureTicks(
  stage: BenchStage,
  { tasks, seconds }: { tasks: number; seconds: number },
): Promise<LiveTicks> {
  const paths = homeIn(stage.folder, 'ticks');
  const { broker } = await ProbedProcess.broker(stage.distFolder, paths);
  stage.own(broker);
  const idle = stage.own(ProbedProcess.idle(stage.folder));
  for (let index = 0; index * TASKS_EACH < tasks; index += 1) {
    await startTasks(stage, { home: paths.root, route: `ticks-${index}` });
  }
  await pause(SETTLE_MS);
  await idle.longestBlockMs();
  const unwatched = await loadOf(broker, seconds);
  const control = await ControlClient.open({ paths, client: 'terminal', start: 'never' });
  try {
    let rowsTold = 0;
    control.onNotification('tasks/changed', ({ rows }) => {
      rowsTold += rows.length;
    });
    await control.request('tasks/watch', {});
    await pause(1_000);
    rowsTold = 0;
    const watched = await loadOf(broker, seconds);
    const machineBlockMs = await idle.longestBlockMs();
    return { tasks, seconds, unwatched, watched, rowsTold, machineBlockMs };
  } finally {
    control.dispose();
  }
}

async function startTasks(
  stage: BenchStage,
  { home, route }: { home: string; route: string },
): Promise<void> {
  const cli = join(stage.distFolder, 'cli.js');
  const flags = ['connect', '--route', route, '--policy', 'always'];
  const client = await stage.client({
    command: process.execPath,
    args: [cli, ...flags, '--', process.execPath, SERVER],
    env: { ...process.env, [ENV_HOME]: home },
  });
  const calls = Array.from({ length: TASKS_EACH }, () =>
    client.request('tools/call', { name: 'tick', arguments: {} }),
  );
  for (const answer of await Promise.all(calls)) handleOf(answer);
}

async function loadOf(broker: ProbedProcess, seconds: number): Promise<TickLoad> {
  await broker.longestBlockMs();
  const before = broker.cpuSeconds();
  const begin = performance.now();
  await pause(seconds * 1_000);
  const after = broker.cpuSeconds();
  const elapsed = (performance.now() - begin) / 1_000;
  const cpuShare = before === null || after === null ? null : (after - before) / elapsed;
  return { cpuShare, longestBlockMs: await broker.longestBlockMs() };
}
