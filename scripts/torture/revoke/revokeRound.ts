import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import type { Random } from '../random.ts';
import { type PlantedTree, planTree } from './plantedTree.ts';
import type { RevokeWorld } from './revokeWorld.ts';
import { bornOf, isStillThere, livingWith, sweep, type Witnessed } from './witness.ts';

/** What one round does, but for its token all by chance. */
export interface RoundPlan {
  readonly token: string;
  readonly force: boolean;
  /** Its host has left before: then its server may be ended for it. */
  readonly isDetached: boolean;
  readonly door: 'control' | 'terminal';
  /** `stops`: ends what it knows and answers; `answers`: only says so; `ignores`: does nothing. */
  readonly onCancel: 'stops' | 'answers' | 'ignores';
  readonly ignoresTerm: boolean;
  readonly tree: PlantedTree;
}

/** What came of it. */
export interface RoundReport {
  readonly plan: RoundPlan;
  readonly level: string;
  /** From the request until no process of the tree lived. */
  readonly goneMs: number;
  /** Whoever lived when the request had been answered. */
  readonly survivors: readonly string[];
  /** What the record says that is not so. */
  readonly lies: readonly string[];
}

const GROWN_WITHIN_MS = 20_000;
const GONE_WITHIN_MS = 10_000;
const ENDED_WHOLE: ReadonlySet<string> = new Set(['terminated', 'killed']);

export function planRound(random: Random, token: string): RoundPlan {
  const force = random.next() < 0.6;
  const onCancel = force ? 'ignores' : random.pick(['stops', 'answers', 'ignores'] as const);
  return {
    token,
    force,
    onCancel,
    isDetached: random.next() < 0.4,
    door: random.next() < 0.85 ? 'control' : 'terminal',
    ignoresTerm: random.next() < 0.5,
    tree: planTree(random, { mayFork: true }),
  };
}

/** Plants a tree by a call, revokes the call's task, and looks for what is left. */
export async function runRound(
  world: RevokeWorld,
  control: ControlClient,
  plan: RoundPlan,
): Promise<RoundReport> {
  const { token, onCancel, ignoresTerm, tree } = plan;
  const route = plan.force ? 'hard' : 'patient';
  const host = await world.host(route);
  const call = { commands: tree.commands, token, onCancel, ignoresTerm };
  const handle = handleIn(await host.request('tools/call', { name: 'plant', arguments: call }));
  try {
    const server = await serverOf(control, handle);
    const grown = await untilGrown(plan);
    if (plan.isDetached) await world.leave(route, control);
    const { goneMs, survivors } = await revoke(world, control, { plan, handle, grown });
    const { row } = await control.request('tasks/get', { id: handle });
    const level = row?.reason?.level ?? 'none told';
    if (ENDED_WHOLE.has(level) && isStillThere(server)) survivors.push('its server');
    const freed = row?.reason?.freed?.processes ?? 0;
    const lies = liesOf(plan, { level, freed, grown: grown.length });
    return { plan, level, goneMs, survivors, lies };
  } finally {
    sweep(token);
  }
}

/** The same tree, started and killed without any broker: what this machine takes for it just now. */
export async function measureBareKill(token: string, tree: PlantedTree): Promise<number> {
  const starting = { stdio: 'ignore', detached: true } as const;
  for (const command of tree.commands) spawn('/bin/sh', ['-c', command, token], starting);
  try {
    const grown = await untilGrown({ token, tree });
    const begin = performance.now();
    for (const { pid } of grown) process.kill(pid, 'SIGKILL');
    await untilGone(grown);
    return performance.now() - begin;
  } finally {
    sweep(token);
  }
}

interface Revoking {
  readonly plan: RoundPlan;
  readonly handle: string;
  readonly grown: readonly Witnessed[];
}

async function revoke(
  world: RevokeWorld,
  control: ControlClient,
  { plan, handle, grown }: Revoking,
): Promise<{ goneMs: number; survivors: string[] }> {
  const { door, force, token } = plan;
  const begin = performance.now();
  const answered: Promise<unknown> =
    door === 'control'
      ? control.request('tasks/revoke', { ids: [handle], door: 'user', force })
      : world.revokeInTerminal(handle, { force });
  let survivors: readonly Witnessed[] | null = null;
  const ended = answered.then(() => {
    survivors = livingWith(token);
  });
  await untilGone(grown, () => survivors !== null);
  let lookedAt = performance.now();
  while (survivors === null && livingWith(token).length > 0) {
    await pause(1);
    lookedAt = performance.now();
  }
  await ended;
  const left = (survivors ?? []).map(({ pid, commandLine }) => `${pid} ${commandLine}`);
  return { goneMs: lookedAt - begin, survivors: left };
}

/** Until somebody knows better: what lives by then is a survivor. */
async function untilGone(
  processes: readonly Witnessed[],
  isOver: () => boolean = () => false,
): Promise<void> {
  const end = performance.now() + GONE_WITHIN_MS;
  let left = processes;
  while (left.length > 0 && !isOver() && performance.now() < end) {
    await pause(1);
    left = left.filter(isStillThere);
  }
}

/** A forking tree has no size: as many as its beginning has. */
async function untilGrown({ token, tree }: Pick<RoundPlan, 'token' | 'tree'>) {
  const end = performance.now() + GROWN_WITHIN_MS;
  for (;;) {
    const living = livingWith(token);
    if (living.length >= tree.processes) return living;
    if (performance.now() > end) {
      throw new Error(`A tree of ${tree.processes} has only ${living.length} processes.`);
    }
    await pause(5);
  }
}

interface Told {
  readonly level: string;
  readonly freed: number;
  readonly grown: number;
}

/** What a server ends by itself is not ours to count, nor are those that were on their way out. */
function liesOf({ onCancel }: RoundPlan, { level, freed, grown }: Told): string[] {
  if (level === 'none told') return ['no level is on record'];
  const isOurs = onCancel === 'ignores' && level === 'killed';
  return isOurs && freed < grown / 2 ? [`${freed} processes freed of ${grown}`] : [];
}

async function serverOf(control: ControlClient, id: string) {
  const { row } = await control.request('tasks/get', { id });
  const pid = row?.upstreamPid;
  const born = pid == null ? null : bornOf(pid);
  if (pid == null || born === null) throw new Error(`Task ${id} has no living server.`);
  return { pid, born };
}

function handleIn(result: unknown): string {
  const content = (result as { structuredContent?: { handle?: unknown } }).structuredContent;
  if (typeof content?.handle !== 'string') throw new Error('A call got no handle.');
  return content.handle;
}
