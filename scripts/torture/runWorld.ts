import { setTimeout as pause } from 'node:timers/promises';
import { identityOf } from '../../src/processes/processIdentity.ts';
import { checkWorld, type Findings, noFindings } from './checks.ts';
import { KILLS } from './kills.ts';
import type { Random } from './random.ts';
import { TortureWorld } from './tortureWorld.ts';

export interface WorldOptions {
  readonly distFolder: string;
  readonly kills: number;
  /** Somebody wants it to end: no further round, and nothing left behind. */
  readonly stop: AbortSignal;
}

/** What one world went through. */
export interface WorldReport {
  readonly kills: Readonly<Record<string, number>>;
  readonly handles: number;
  readonly findings: Findings;
  /** The blows in their order, for whoever looks into a finding. */
  readonly story: readonly string[];
}

const HOSTS = 2;
const ENDINGS = ['completes', 'completes', 'completes', 'fails', 'exits', 'forks'] as const;
const ENDING_MS = 10_000;

/** Works, kills and judges so often, and ends whatever it started. */
export async function runWorld(options: WorldOptions, random: Random): Promise<WorldReport> {
  const world = new TortureWorld(options.distFolder, random);
  const findings = noFindings();
  const kills: Record<string, number> = {};
  const story: string[] = [];
  try {
    for (let round = 0; round < options.kills && !options.stop.aborted; round += 1) {
      const kind = random.pick(Object.keys(KILLS));
      kills[kind] = (kills[kind] ?? 0) + 1;
      const before = JSON.stringify(findings);
      await work(world);
      await KILLS[kind]?.(world);
      await judge(world, findings);
      const isBad = JSON.stringify(findings) !== before;
      story.push(`${round} ${kind}${isBad ? ' ← found' : ''}`);
    }
  } catch (error) {
    findings.lost.push(`the world broke: ${error instanceof Error ? error.stack : error}`);
  } finally {
    await endWorld(world, findings);
  }
  const handles = world.calls.filter(({ handle }) => handle !== null).length;
  return { kills, handles, findings, story };
}

async function work(world: TortureWorld): Promise<void> {
  const { random } = world;
  while (world.hosts.length < HOSTS) await world.addHost();
  for (const host of world.hosts) {
    for (let count = random.between(1, 3); count > 0; count -= 1) {
      world.call(host, { ms: random.between(5, 250), ending: random.pick(ENDINGS) });
    }
  }
  await pause(random.between(0, 150));
}

async function judge(world: TortureWorld, findings: Findings): Promise<void> {
  const control = await world.control();
  try {
    await checkWorld(world, control, findings);
    findings.ghosts.push(...(await world.takeBrokenExpectations()));
    await revokeSome(world, control);
  } finally {
    control.dispose();
  }
}

type Control = Awaited<ReturnType<TortureWorld['control']>>;

/** What was revoked must stay so whatever comes. */
async function revokeSome(world: TortureWorld, control: Control): Promise<void> {
  const ids = world.calls.slice(-6).flatMap(({ handle }) => handle ?? []);
  if (ids.length === 0 || world.random.next() < 0.7) return;
  const id = world.random.pick(ids);
  await control.request('tasks/revoke', { ids: [id], door: 'user' });
}

async function endWorld(world: TortureWorld, findings: Findings): Promise<void> {
  world.order({});
  for (const host of world.hosts) await host.end().catch(() => {});
  world.signalBroker('SIGCONT');
  world.signalBroker('SIGTERM');
  const end = performance.now() + ENDING_MS;
  const left = () => world.journal.pids().filter((pid) => identityOf(pid) !== null);
  while (performance.now() < end && (left().length > 0 || world.signalBroker('SIGCONT') !== null)) {
    await pause(50);
  }
  for (const pid of left()) {
    findings.ghosts.push(`process ${pid} outlived its world`);
    process.kill(pid, 'SIGKILL');
  }
  world.signalBroker('SIGKILL');
  await world.takeBrokenExpectations();
  world.remove();
}
