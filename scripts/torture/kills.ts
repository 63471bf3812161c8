import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { highestNumber, lockPath, readOwner } from '../../src/brokerApi/lockFolder.ts';
import { ENV_OWNER } from '../../src/common/product.ts';
import { identityOf } from '../../src/processes/processIdentity.ts';
import type { TortureWorld } from './tortureWorld.ts';

const HOUR_MS = 3_600_000;

/** What may befall a world, and how; each resolves when the blow has fallen. */
export const KILLS: Readonly<Record<string, (world: TortureWorld) => Promise<void>>> = {
  broker: async (world) => {
    await endBroker(world);
  },
  boundary: async (world) => {
    const { random } = world;
    const how = random.pick(['before', 'half', 'after'] as const);
    world.order({ dieAt: random.between(1, 12), how });
    world.poke();
    await pause(random.between(20, 150));
    await endBroker(world);
    world.order({});
  },
  powerCut: async (world) => {
    // The whole machine goes: hosts must not start a broker that sees the disk before the cut.
    world.signalBroker('SIGKILL');
    await leaveHosts(world);
    while (world.signalBroker('SIGKILL') !== null) await pause(10);
    world.cutPower();
  },
  connect: async (world) => {
    const host = world.hosts.splice(world.random.between(0, world.hosts.length - 1), 1)[0];
    if (host) process.kill(host.pid, 'SIGKILL');
  },
  client: async (world) => {
    await world.hosts.splice(world.random.between(0, world.hosts.length - 1), 1)[0]?.end();
  },
  upstream: async (world) => {
    const living = world.journal.pids().filter((pid) => identityOf(pid) !== null);
    if (living.length > 0) process.kill(world.random.pick(living), 'SIGKILL');
  },
  fullDisk: async (world) => {
    world.order({ refuse: world.random.pick(['ENOSPC', 'EROFS', 'EIO'] as const) });
    world.poke();
    await pause(world.random.between(30, 200));
    world.order({});
    world.poke();
  },
  tornLine: async (world) => {
    await leaveHosts(world);
    await endBroker(world);
    for (const file of dataFilesOf(world)) tear(file, world);
  },
  stopped: async (world) => {
    if (world.signalBroker('SIGSTOP') === null) return;
    await pause(world.random.between(20, 200));
    world.signalBroker('SIGCONT');
  },
  clock: async (world) => {
    world.order({ clockShiftMs: world.random.pick([-HOUR_MS, HOUR_MS, -Date.now()]) });
    world.poke();
    await pause(world.random.between(20, 100));
    world.order({});
    world.poke();
  },
  recycledPid: async (world) => {
    await leaveHosts(world);
    const { lockFolder } = world.paths;
    const number = highestNumber(lockFolder);
    const owner = readOwner(lockFolder, number);
    await endBroker(world);
    if (!owner) return;
    const innocent = spawn('sleep', ['600'], { stdio: 'ignore' });
    const pid = innocent.pid ?? 0;
    writeFileSync(lockPath(lockFolder, number), `${JSON.stringify({ ...owner, pid })}\n`);
    const hex = Buffer.from(owner.startTime ?? '').toString('hex');
    const env = { ...process.env, [ENV_OWNER]: `${pid}-${hex}:u1` };
    const survivor = spawn('sleep', ['600'], { stdio: 'ignore', detached: true, env });
    world.expectAfterNextStart({ innocent, survivor });
  },
};

/** Kills the broker that owns the home, and waits until it is gone. */
async function endBroker(world: TortureWorld): Promise<void> {
  const pid = world.signalBroker('SIGKILL');
  while (pid !== null && identityOf(pid) !== null) await pause(2);
}

/** Hosts start a broker as soon as theirs is gone; whoever works on its files needs them away. */
async function leaveHosts(world: TortureWorld): Promise<void> {
  for (const host of world.hosts.splice(0)) process.kill(host.pid, 'SIGKILL');
  await pause(20);
}

function dataFilesOf({ watched }: TortureWorld): string[] {
  return watched.flatMap((folder) => {
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((path) => /(handles\.db|\.ndjson)$/.test(path));
  });
}

/** Half a line behind the last one, or in front of it: what was acknowledged stays whole. */
function tear(path: string, { random }: TortureWorld): void {
  if (!statSync(path).isFile() || random.next() < 0.3) return;
  const lines = readFileSync(path, 'utf8').split('\n');
  const last = lines.at(-2) ?? '{"_id":"th_';
  const half = last.slice(0, random.between(1, last.length - 1));
  const isDatafile = path.endsWith('.db');
  if (isDatafile && lines.length > 1 && random.next() < 0.5) {
    // As after a write that failed half-way and was followed by one that did not.
    lines[lines.length - 2] = half + last;
    writeFileSync(path, lines.join('\n'));
  } else appendFileSync(path, half);
}
