import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { silentLog } from '../../../src/common/log.ts';
import { SCHEMA_VERSION, type TaskRecord } from '../../../src/registry/taskRecord.ts';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { FileTaskStore } from '../../../src/store/fileTaskStore.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  fixtureServer,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { aTask } from '../../support/taskRecords.ts';

function completed(members: Partial<TaskRecord> = {}): TaskRecord {
  const endedAtMs = Date.now() - 1_000;
  return aTask({ status: 'completed', hasResult: true, workspace: null, endedAtMs, ...members });
}

/** A home as earlier brokers left it: one task archived, one expired, one of a newer version. */
async function agedHome(t: TestContext) {
  const home = temporaryHome(t);
  const store = new FileTaskStore({ home, log: silentLog, isFenced: () => false });
  await store.load();
  const [archived, expired, overdue] = [completed(), completed(), completed({ ttlMs: 1 })];
  const future = { ...completed(), schemaVersion: SCHEMA_VERSION + 1 } as unknown as TaskRecord;
  for (const task of [archived, expired, overdue, future]) {
    await store.put(task, { kind: 'result', json: '{"content":[{"type":"text","text":"old"}]}' });
  }
  await store.archive([archived.handle, overdue.handle]);
  await store.expire([expired.handle]);
  return { home, archived, expired, overdue, future };
}

suite('tasks of long ago', () => {
  test('P4 what is archived is listed by --all alone, and has its result', async (t) => {
    const { home, archived } = await agedHome(t);
    const handles = async (...flags: string[]) =>
      (await cliJson<TaskView[]>(['list', ...flags, '--home', home])).map(({ handle }) => handle);
    assert.ok(!(await handles()).includes(archived.handle));
    assert.ok((await handles('--all')).includes(archived.handle));
    const view = await cliJson<TaskView>(['status', archived.handle, '--home', home]);
    assert.equal(view.status, 'completed');
    assert.equal((await runCli(['result', archived.handle, '--home', home])).stdout, 'old\n');
  });

  test('P1 a handle whose time is over says so, wherever it lay', async (t) => {
    const { home, expired, overdue } = await agedHome(t);
    for (const { handle } of [expired, overdue]) {
      for (const command of ['status', 'result', 'wait']) {
        const { code, stderr } = await runCli([command, handle, '--home', home]);
        assert.equal(code, 3);
        assert.match(stderr, /has expired: its time to live is over and its result is gone\.\n$/);
      }
    }
  });

  test('P1 an agent hears of all of them through the companion', async (t) => {
    const { home, archived, expired, future } = await agedHome(t);
    const host = await connectClient({ home, server: fixtureServer('answersWhenTold.mjs') });
    const poll = async ({ handle }: TaskRecord) =>
      textOf(await callTool(host, 'task_poll', { handle, waitMs: 0 }));
    assert.equal(await poll(archived), 'old');
    assert.match(await poll(expired), /expired/);
    assert.match(await poll(future), /newer version/);
  });

  test('P1 a record of a newer version is shown as such and kept as it is', async (t) => {
    const { home, future } = await agedHome(t);
    const { stdout } = await runCli(['status', future.handle, '--home', home]);
    assert.match(stdout, /Made by a newer version/);
    await runCli(['broker', 'stop', '--home', home]);
    const store = new FileTaskStore({ home, log: silentLog, isFenced: () => false });
    const kept = (await store.load()).find(
      (record) => (record as TaskRecord).handle === future.handle,
    );
    assert.deepEqual(kept, { _id: future.handle, ...future });
  });
});
