import assert from 'node:assert/strict';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { newHandleId } from '../../../src/registry/handleId.ts';
import { FileTaskStore } from '../../../src/store/fileTaskStore.ts';
import { aTask } from '../../support/taskRecords.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const W = 'abcdef0123456789';
const RESULT = { kind: 'result', json: '{"text":"a\u2028b"}' } as const;

async function stage(t: TestContext) {
  const root = await temporaryFolder(t);
  const home = join(root, 'home');
  const lines: string[] = [];
  const log = { write: (_level: string, text: string) => void lines.push(text) };
  const open = (isFenced = () => false) => new FileTaskStore({ home, log, isFenced });
  const store = open();
  await store.load();
  return { root, lines, store, open, place: join(home, 'records', W) };
}

suite('payloads', () => {
  test('P1 each payload is a file of its own', async (t) => {
    const { store, place } = await stage(t);
    const task = aTask();
    await store.put(task, RESULT);
    await store.put(task, { kind: 'lateResult', json: '2' });
    const names = [`${task.handle}.lateResult.json`, `${task.handle}.result.json`];
    assert.deepEqual((await readdir(join(place, 'results'))).sort(), names);
    assert.equal(
      await readFile(join(place, 'results', `${task.handle}.result.json`), 'utf8'),
      RESULT.json,
    );
    assert.equal(await store.readPayload(task.handle, 'lateResult'), '2');
  });

  test('a datafile of payloads becomes files once, and is gone', async (t) => {
    const { store, open, place } = await stage(t);
    const tasks = Array.from({ length: 100 }, () => aTask());
    await Promise.all(tasks.map((task) => store.put(task)));
    const old = tasks.map(({ handle }) => {
      const document = { _id: `${handle}:result`, handle, kind: 'result', json: `"${handle}"` };
      return `${JSON.stringify(document)}\n`;
    });
    const foreign = `${JSON.stringify({ _id: 'x', handle: '../../x', kind: 'result', json: '1' })}\n`;
    await writeFile(join(place, 'payloads.db'), [...old, foreign, '{"_id":"torn'].join(''));
    const again = open();
    await again.load();
    for (const { handle } of tasks) {
      assert.equal(await again.readPayload(handle, 'result'), `"${handle}"`);
    }
    assert.equal((await readdir(join(place, 'results'))).length, 100);
    await assert.rejects(access(join(place, 'payloads.db')), { code: 'ENOENT' });
    await access(join(place, 'payloads.db.bad'));
  });

  test('what cannot be taken over is told once and stays', async (t) => {
    const { store, open, place, lines } = await stage(t);
    await store.put(aTask());
    await mkdir(join(place, 'payloads.db'));
    const again = open();
    assert.equal((await again.load()).length, 1);
    await again.put(aTask(), RESULT);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /payloads\.db/);
  });

  test('results move with their records', async (t) => {
    const { root, store, open, place } = await stage(t);
    const task = aTask();
    await store.put(task, RESULT);
    await store.attachWorkspace(W, join(root, 'storage'));
    assert.equal(await store.readPayload(task.handle, 'result'), RESULT.json);
    await assert.rejects(access(place), { code: 'ENOENT' });
    const again = open();
    await again.load();
    assert.equal(await again.readPayload(task.handle, 'result'), RESULT.json);
  });

  test('a folder of results that vanished is made again', async (t) => {
    const { store, place } = await stage(t);
    const [before, after] = [aTask(), aTask()];
    await store.put(before, RESULT);
    await rm(join(place, 'results'), { recursive: true });
    await store.put(after, RESULT);
    assert.equal(await store.readPayload(before.handle, 'result'), null);
    assert.equal(await store.readPayload(after.handle, 'result'), RESULT.json);
  });

  test('P1 a payload that cannot be written leaves the record as it was', async (t) => {
    const { store, open, place } = await stage(t);
    const task = aTask();
    await store.put(task);
    await writeFile(join(place, 'results'), 'a file');
    const ended = { ...task, status: 'completed', hasResult: true, revision: 9 } as const;
    await assert.rejects(store.put(ended, RESULT), { code: 'store_failed' });
    assert.deepEqual(await open().load(), [{ _id: task.handle, ...task }]);
    await rm(join(place, 'results'));
    await store.put(ended, RESULT);
    assert.equal(await store.readPayload(task.handle, 'result'), RESULT.json);
  });

  test('a handle that never was has none', async (t) => {
    const { store } = await stage(t);
    assert.equal(await store.readPayload(newHandleId(), 'result'), null);
  });

  test('P13 a result whose record is gone is found, and removed; others stay', async (t) => {
    const { store, place } = await stage(t);
    const task = aTask();
    await store.put(task, RESULT);
    const stray = newHandleId();
    const files = join(place, 'results');
    await writeFile(join(files, `${stray}.result.json`), '1');
    await writeFile(join(files, 'notes.txt'), 'somebody’s own');
    const found = await store.strayResults();
    assert.deepEqual(
      found.map(({ handle, folder }) => [handle, folder]),
      [[stray, place]],
    );
    for (const { remove } of found) await remove();
    assert.deepEqual((await readdir(files)).sort(), ['notes.txt', `${task.handle}.result.json`]);
    assert.deepEqual(await store.strayResults(), []);
  });

  test('P4 a result stays where a damaged file is kept aside, which may hold its record', async (t) => {
    const { store, place } = await stage(t);
    await store.put(aTask(), RESULT);
    await writeFile(join(place, 'results', `${newHandleId()}.result.json`), '1');
    await writeFile(join(place, 'handles.db.bad'), 'damaged');
    assert.deepEqual(await store.strayResults(), []);
  });

  test('one whose record comes while it is looked at is none', async (t) => {
    const { store, place } = await stage(t);
    await store.put(aTask(), RESULT);
    const task = aTask();
    await writeFile(join(place, 'results', `${task.handle}.result.json`), '1');
    const [found] = await store.strayResults();
    await store.put(task);
    await found?.remove();
    assert.equal(await store.readPayload(task.handle, 'result'), '1');
  });
});
