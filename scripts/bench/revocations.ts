import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ControlClient } from '../../src/brokerApi/controlClient.ts';
import type { ProcessEntry } from '../../src/processes/processEntry.ts';
import { membersOfGroup, readProcessTable, stillLiving } from '../../src/processes/processTable.ts';
import type { BenchClient } from './benchClient.ts';
import { type BenchStage, ECHO_SERVER } from './benchStage.ts';
import { handleOf } from './durableHandles.ts';
import { type Spread, spreadOf } from './statistics.ts';

export interface Revocations {
  /** From the request to the process group's end, without the graces that a server is given. */
  readonly beyondGraces: Spread;
  readonly graceMs: number;
  readonly levels: Readonly<Record<string, number>>;
}

const WORKSPACE = 'bench';
const GRACE_MS = 50;
/** Asked to stop, then SIGTERM: a server that ignores both is waited for twice. */
const GRACES = 2;
const GONE_WITHIN_MS = 10_000;

/** Revokes tasks of a server that neither stops when asked nor dies of SIGTERM, by force. */
export async function measureRevocations(
  stage: BenchStage,
  control: ControlClient,
  samples: number,
): Promise<Revocations> {
  await defineRoute(control);
  const client = await stage.connect(['--route', 'stubborn', '--workspace', WORKSPACE]);
  const times: number[] = [];
  const levels: Record<string, number> = {};
  for (let index = 0; index < samples + 1; index += 1) {
    const { elapsedMs, level } = await revokeOne(client, control);
    if (index === 0) continue;
    times.push(elapsedMs - GRACES * GRACE_MS);
    levels[level] = (levels[level] ?? 0) + 1;
  }
  return { beyondGraces: spreadOf(times), graceMs: GRACE_MS, levels };
}

/** What waits to be reaped by process 1 is gone: it runs no more, and some reap every 2 s. */
async function untilGone(members: readonly ProcessEntry[]): Promise<void> {
  const end = performance.now() + GONE_WITHIN_MS;
  for (let living = members; living.length > 0; living = await stillLiving(living)) {
    if (performance.now() > end) throw new Error(`Process ${living[0]?.pid} is still there.`);
    await pause(1);
  }
}

async function defineRoute(control: ControlClient): Promise<void> {
  const { command, args } = ECHO_SERVER;
  const definition = {
    command,
    args: [...args, '--ignores-sigterm'],
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH ?? '' },
  };
  const policy = { policy: 'always', revokeGraceMs: GRACE_MS } as const;
  await control.request('workspace/attach', {
    workspace: WORKSPACE,
    name: 'bench',
    storagePath: null,
  });
  await control.request('routes/define', {
    workspace: WORKSPACE,
    routes: [{ name: 'stubborn', definition, policy }],
  });
}

async function revokeOne(
  client: BenchClient,
  control: ControlClient,
): Promise<{ elapsedMs: number; level: string }> {
  const id = handleOf(await client.request('tools/call', { name: 'hang', arguments: {} }));
  const { row } = await control.request('tasks/get', { id });
  const pid = row?.upstreamPid;
  if (pid === null || pid === undefined) throw new Error(`Task ${id} has no process.`);
  const members = membersOfGroup(await readProcessTable(), pid);
  const begin = performance.now();
  const revoked = control.request('tasks/revoke', { ids: [id], door: 'user', force: true });
  await untilGone(members);
  const elapsedMs = performance.now() - begin;
  const { outcomes } = await revoked;
  const left = membersOfGroup(await readProcessTable(), pid);
  if (left.length > 0) throw new Error(`Group ${pid} is still there.`);
  return { elapsedMs, level: outcomes[0]?.level ?? 'unknown' };
}
