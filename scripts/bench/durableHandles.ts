import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchClient } from './benchClient.ts';
import type { BenchStage } from './benchStage.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface DurableHandles {
  /** From the request's bytes to the handle's. */
  readonly handle: Spread;
  /** A bare append and `fdatasync` of as many bytes, in the same folder, in turn with the above. */
  readonly bareSync: Spread;
}

/** About what one record takes. */
const RECORD_BYTES = 900;

/** Calls a tool that never ends on a route that hands off at once, one after the other. */
export async function measureHandles(stage: BenchStage, samples: number): Promise<DurableHandles> {
  const { paths } = stage;
  const server = [process.execPath, join(import.meta.dirname, '../../test/bench/echoServer.mjs')];
  const flags = ['--route', 'durable', '--policy', 'always', '--max-live-tasks', '1000000'];
  const client = await stage.connect([...flags, '--', ...server]);
  const file = openSync(join(paths.records, 'bench.tmp'), 'a');
  const handleMs: number[] = [];
  const syncMs: number[] = [];
  try {
    for (let index = 0; index < samples + samples / 10; index += 1) {
      const sync = timedSync(file);
      const handle = await timedHandle(client);
      if (index < samples / 10) continue;
      syncMs.push(sync);
      handleMs.push(handle);
    }
  } finally {
    closeSync(file);
  }
  return { handle: spreadOf(handleMs), bareSync: spreadOf(syncMs) };
}

function timedSync(file: number): number {
  const begin = performance.now();
  writeSync(file, Buffer.alloc(RECORD_BYTES, 'x'));
  fdatasyncSync(file);
  return performance.now() - begin;
}

async function timedHandle(client: BenchClient): Promise<number> {
  const begin = performance.now();
  const result = await client.request('tools/call', { name: 'hang', arguments: {} });
  const elapsed = performance.now() - begin;
  handleOf(result);
  return elapsed;
}

/** The handle of a hand-off; throws when the answer is none. */
export function handleOf(result: unknown): string {
  const { structuredContent } = result as { structuredContent?: { handle?: unknown } };
  const handle = structuredContent?.handle;
  if (typeof handle === 'string') return handle;
  throw new Error(`The answer holds no handle: ${JSON.stringify(result)}`);
}
