import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { TaskRow } from '../../../src/brokerApi/brokerProtocol.ts';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import { isTerminal } from '../../../src/registry/taskRecord.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { cliJson } from '../../support/cliProcess.ts';
import {
  type ConnectedClient,
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
} from '../../support/connectClient.ts';
import { waitFor, waitUntilGone } from '../../support/processes.ts';

const SLOW = fixtureServer('answersWhenTold.mjs');
const ROUNDS = 10;
const PATIENCE_MS = 20_000;
const HAND_OFF_MS = 100;

/** A home with a watcher that sees every row the broker tells. */
class Arena {
  readonly #told = new Map<string, TaskRow[]>();
  readonly folder: string;

  private constructor(
    t: TestContext,
    readonly home: string,
    readonly control: ControlClient,
  ) {
    this.folder = mkdtempSync(join(tmpdir(), 'mth-scratch-'));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    control.onNotification('tasks/changed', ({ rows }) => {
      for (const row of rows) this.#told.set(row.id, [...this.toldOf(row.id), row]);
    });
  }

  /** The first client has started the broker. */
  static async open(t: TestContext, home: string): Promise<Arena> {
    const paths = resolveHome({ home });
    const control = await ControlClient.open({ paths, client: 'terminal', start: 'never' });
    t.after(() => control.dispose());
    const arena = new Arena(t, home, control);
    await control.request('tasks/watch', {});
    return arena;
  }

  /** What a call waits for, and where the tool writes that it was executed. */
  call(round: string): { path: string; log: string } {
    return { path: join(this.folder, `${round}.go`), log: join(this.folder, `${round}.log`) };
  }

  toldOf(id: string): readonly TaskRow[] {
    return this.#told.get(id) ?? [];
  }

  /** The row once it has ended and everyone has been told. */
  ended(id: string): Promise<TaskRow> {
    const isEnded = () => this.toldOf(id).find(({ status }) => isTerminal(status));
    return waitFor(isEnded, PATIENCE_MS, `the end of ${id} is told`);
  }

  /** The broker is killed; what the next one says of each task is what was told, and for good. */
  async assertForGood(handles: readonly string[]): Promise<void> {
    const before = await Promise.all(handles.map((handle) => this.ended(handle)));
    for (const handle of handles) assertOneEnd(this.toldOf(handle));
    const { pid } = this.control.welcome;
    process.kill(pid, 'SIGKILL');
    await waitUntilGone([pid], PATIENCE_MS);
    for (const [index, handle] of handles.entries()) {
      const after = await cliJson<TaskView>(['status', handle, '--home', this.home]);
      assert.deepEqual(endOf(after), endOf(before[index]), handle);
    }
  }
}

function endOf(view: Pick<TaskRow, 'status' | 'reason'> | undefined) {
  return [view?.status, view?.reason?.code, view?.reason?.by];
}

function assertOneEnd(told: readonly TaskRow[]): void {
  const ends = told.filter(({ status }) => isTerminal(status));
  const different = new Set(ends.map((row) => JSON.stringify([...endOf(row), row.endedAt])));
  assert.equal(different.size, 1, `P3 one end: ${[...different]}`);
  const first = told.findIndex(({ status }) => isTerminal(status));
  assert.equal(told.length - first, ends.length, 'P3 nothing lives again');
}

function assertExecutedOnce(log: string): void {
  assert.equal(readFileSync(log, 'utf8').trimEnd().split('\n').length, 1, 'P2 executed once');
}

/** Resolves when the tool runs: the handle comes before its server has read the call. */
async function runs({ log }: { log: string }): Promise<void> {
  const isNoted = () => existsSync(log) && readFileSync(log, 'utf8').endsWith('\n');
  await waitFor(isNoted, PATIENCE_MS, 'the tool runs');
}

/** From well before to well after the other's time. */
function offsetMs(round: number): number {
  return (round - ROUNDS / 2) * 3;
}

/** Lets both happen, the first so much before the second; a negative time: after. */
async function race(first: () => unknown, second: () => unknown, leadMs: number): Promise<void> {
  const [early, late] = leadMs >= 0 ? [first, second] : [second, first];
  const earlier = early();
  if (leadMs !== 0) await pause(Math.abs(leadMs));
  await Promise.all([earlier, late()]);
}

suite('races of real processes', () => {
  test('P3 a tool ends while it is revoked', async (t) => {
    const home = temporaryHome(t);
    const host = await connectClient({ home, server: SLOW, flags: ['--policy', 'always'] });
    const arena = await Arena.open(t, home);
    const handles: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const call = arena.call(`revoke-${round}`);
      const handle = handleOf(await callTool(host, 'wait_for_file', call));
      handles.push(handle);
      await runs(call);
      const revoke = () => arena.control.request('tasks/revoke', { ids: [handle], door: 'user' });
      await race(() => appendFileSync(call.path, ''), revoke, offsetMs(round));
      const { status, reason } = await arena.ended(handle);
      const isTrue = status === 'completed' || reason?.code === 'revoked';
      assert.ok(isTrue, `${status} ${reason?.code}`);
      assertExecutedOnce(call.log);
    }
    await arena.assertForGood(handles);
  });

  test('P3 a tool ends, is handed off and is cancelled at once', async (t) => {
    const home = temporaryHome(t);
    const flags = ['--hand-off-after', String(HAND_OFF_MS)];
    const handles: string[] = [];
    let arena: Arena | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      // A route of its own: a cancelled one learns to hand off earlier.
      const route = `cancel-${round}`;
      const host = await connectClient({ home, server: SLOW, flags, route });
      arena ??= await Arena.open(t, home);
      const call = arena.call(route);
      const outcome = await cancelledCall(host, call, round);
      assert.ok(['result', 'handle', 'cancelled'].includes(outcome.kind));
      if (outcome.handle !== null) handles.push(outcome.handle);
      assertExecutedOnce(call.log);
    }
    assert.ok(arena);
    const { rows } = await arena.control.request('tasks/list', {});
    const all = [...new Set([...handles, ...rows.flatMap(({ handle }) => handle ?? [])])];
    await arena.assertForGood(all);
  });

  test('P3 P4 a tool ends while its client dies', async (t) => {
    const home = temporaryHome(t);
    const flags = ['--policy', 'always'];
    const handles: string[] = [];
    let arena: Arena | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      const host = await connectClient({ home, server: SLOW, flags });
      arena ??= await Arena.open(t, home);
      const call = arena.call(`death-${round}`);
      const handle = handleOf(await callTool(host, 'wait_for_file', call));
      handles.push(handle);
      await runs(call);
      const die = () => process.kill(host.pid, 'SIGKILL');
      await race(() => appendFileSync(call.path, ''), die, offsetMs(round));
      assert.equal((await arena.ended(handle)).status, 'completed');
      assertExecutedOnce(call.log);
    }
    await arena?.assertForGood(handles);
  });
});

interface CancelOutcome {
  readonly kind: 'result' | 'handle' | 'cancelled';
  readonly handle: string | null;
}

/** The tool's end, the hand-off and the cancellation fall into the same few milliseconds. */
async function cancelledCall(
  { client }: ConnectedClient,
  call: { path: string; log: string },
  round: number,
): Promise<CancelOutcome> {
  const abort = new AbortController();
  const answered = client
    .callTool({ name: 'wait_for_file', arguments: call }, undefined, { signal: abort.signal })
    .then((answer): CancelOutcome => {
      const { handle } = (answer.structuredContent ?? {}) as { handle?: string };
      return handle === undefined ? { kind: 'result', handle: null } : { kind: 'handle', handle };
    })
    .catch((): CancelOutcome => ({ kind: 'cancelled', handle: null }));
  await runs(call);
  await pause(HAND_OFF_MS + offsetMs(ROUNDS - 1 - round));
  await race(
    () => appendFileSync(call.path, ''),
    () => abort.abort(),
    offsetMs(round),
  );
  return await answered;
}
