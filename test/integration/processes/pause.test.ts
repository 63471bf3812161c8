import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as after } from 'node:timers/promises';
import { readStat } from '../../../src/processes/linuxProc.ts';
import type { OwnedProcess } from '../../../src/processes/ownedProcess.ts';
import { descendantsOf, readProcessTable } from '../../../src/processes/processTable.ts';
import {
  definitionOf,
  exitOf,
  fixtureDefinition,
  markedBy,
  markedPids,
  nextLine,
  sizeOf,
  startFor,
  waitFor,
  waitUntilGone,
} from '../../support/processes.ts';

const PATIENCE_MS = 20_000;
/** Far longer than a tick of the fixture. */
const LOOK_MS = 200;

/** A tree in two sessions of which each process writes, and what each has written so far. */
async function tickingTree(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'mth-ticks-'));
  const definition = fixtureDefinition('ticksInATree.sh', folder);
  const owned = await startFor(t, definition);
  t.after(() => rmSync(folder, { recursive: true }));
  const pids = (await nextLine(owned)).split(' ').map(Number);
  const written = () => ['root', 'child', 'away'].map((name) => sizeOf(join(folder, name)));
  await waitFor(() => written().every((size) => size > 0), PATIENCE_MS);
  return { owned, pids, written, owner: definition.owner };
}

const stateOf = (pid: number) => readStat(pid)?.state ?? 'gone';
/** Stopped; or waiting in the kernel (D) for a child that is stopped before it could become a program. */
const standsStill = (pid: number) => /^[TD]$/.test(stateOf(pid));

/** The guard waits in its group, and never stands. */
async function guardPid(owned: OwnedProcess, owner: string): Promise<number> {
  const find = async () => {
    const table = await readProcessTable();
    const below = new Set(descendantsOf(table, owned.identity.pid).map(({ pid }) => pid));
    const guards = markedBy(table, owner).filter(
      ({ pid, pgid }) => pgid === owned.identity.pid && pid !== pgid && !below.has(pid),
    );
    return guards.length > 0 ? guards : null;
  };
  // One that is just being started shows no environment yet.
  const guards = await waitFor(find, PATIENCE_MS, 'the guard');
  assert.equal(guards.length, 1);
  const guard = guards[0]?.pid ?? 0;
  await waitFor(() => stateOf(guard) === 'S', PATIENCE_MS, 'it waits');
  return guard;
}

suite('pausing an owned process', () => {
  test('P9 all of its tree stands, in every session, and goes on again', async (t) => {
    const { owned, pids, written } = await tickingTree(t);
    const outcome = await owned.pause();
    assert.equal(outcome.state, 'standing');
    assert.deepEqual(pids.map(standsStill), [true, true, true]);
    const stood = written();
    await after(LOOK_MS);
    assert.deepEqual(written(), stood);
    await owned.resume();
    await waitFor(() => written().every((size, i) => size > (stood[i] ?? 0)), PATIENCE_MS);
  });

  test('P9 a child that bears no mark stands too', async (t) => {
    const owned = await startFor(t, fixtureDefinition('leavesTheGroup.mjs', 'unmarked'));
    const pid = Number(await nextLine(owned));
    const outcome = await owned.pause();
    assert.deepEqual(outcome, { state: 'standing', processes: 2 });
    assert.deepEqual([owned.identity.pid, pid].map(stateOf), ['T', 'T']);
    await owned.resume();
    assert.notEqual(stateOf(pid), 'T');
  });

  test('P13 its guard never stands', async (t) => {
    const { owned, owner } = await tickingTree(t);
    const guard = await guardPid(owned, owner);
    await owned.pause();
    assert.equal(stateOf(guard), 'S');
    await owned.end({ graceMs: 0 });
  });

  test('P9 a tree that keeps forking stands whole', async (t) => {
    const owned = await startFor(t, fixtureDefinition('keepsForking.sh'));
    await nextLine(owned);
    const below = async () => descendantsOf(await readProcessTable(), owned.identity.pid);
    await waitFor(async () => (await below()).length > 5, PATIENCE_MS);
    const outcome = await owned.pause();
    assert.equal(outcome.state, 'standing');
    const stood = await below();
    assert.ok(stood.every(({ pid }) => standsStill(pid)));
    await after(LOOK_MS);
    assert.deepEqual(
      (await below()).map(({ pid }) => pid),
      stood.map(({ pid }) => pid),
    );
  });

  test('what somebody else has stopped is left to them', async (t) => {
    const owned = await startFor(t, fixtureDefinition('stopsItself.sh'));
    await nextLine(owned);
    await waitFor(() => stateOf(owned.identity.pid) === 'T', PATIENCE_MS);
    assert.equal((await owned.pause()).state, 'standing');
    await owned.resume();
    assert.equal(stateOf(owned.identity.pid), 'T');
  });

  test('two pauses and a resume at once come one after the other', async (t) => {
    const { owned, written } = await tickingTree(t);
    const [first, second] = await Promise.all([owned.pause(), owned.pause(), owned.resume()]);
    assert.deepEqual([first.state, second.state], ['standing', 'standing']);
    const before = written();
    await waitFor(() => written().every((size, i) => size > (before[i] ?? 0)), PATIENCE_MS);
  });

  test('P6 a paused tree ends at once, and gets its SIGTERM', async (t) => {
    const script = `trap 'echo ended; exit 0' TERM; echo up; while :; do sleep 0.02; done`;
    const owned = await startFor(t, definitionOf('sh', '-c', script));
    await nextLine(owned);
    await owned.pause();
    const lastWord = nextLine(owned);
    const outcome = await owned.end({ graceMs: PATIENCE_MS });
    assert.equal(outcome.level, 'terminated');
    assert.equal(await lastWord, 'ended');
  });

  test('P6 a paused tree is killed by force, whole', async (t) => {
    const { owned, pids, owner } = await tickingTree(t);
    await owned.pause();
    const outcome = await owned.end({ graceMs: 0 });
    assert.deepEqual([outcome.level, outcome.survivors], ['killed', []]);
    await waitUntilGone(pids, 0);
    assert.deepEqual(await markedPids(owner), []);
  });

  test('P6 an ending that begins meanwhile wins', async (t) => {
    const { owned, pids } = await tickingTree(t);
    const [, outcome] = await Promise.all([owned.pause(), owned.end({ graceMs: PATIENCE_MS })]);
    assert.equal(outcome.level, 'terminated');
    await waitUntilGone(pids, 0);
  });

  test('one that is killed while it stands tells so, and nothing is left', async (t) => {
    const { owned, pids } = await tickingTree(t);
    await owned.pause();
    const exit = exitOf(owned);
    process.kill(owned.identity.pid, 'SIGKILL');
    assert.equal((await exit).signal, 'SIGKILL');
    await waitUntilGone(pids, PATIENCE_MS);
    await owned.resume();
  });

  test('of one that has ended nothing is left to pause', async (t) => {
    const owned = await startFor(t, definitionOf('sleep', '300'));
    await owned.end({ graceMs: 0 });
    assert.deepEqual(await owned.pause(), { state: 'gone' });
    await owned.resume();
  });
});
