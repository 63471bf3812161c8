import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/common/clock.ts';
import { silentLog } from '../../../src/common/log.ts';
import { parseTaskRecord } from '../../../src/registry/parseTaskRecord.ts';
import { Registry } from '../../../src/registry/registry.ts';
import type { HandleId, TaskRecord } from '../../../src/registry/taskRecord.ts';
import { FileTaskStore } from '../../../src/store/fileTaskStore.ts';
import { MemoryAuditTrail } from '../../support/memoryAuditTrail.ts';
import { aDraft, aTask } from '../../support/taskRecords.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const W = 'abcdef0123456789';
const RESULT = { kind: 'result', json: '{"content":[{"type":"text","text":"$ref a.b"}]}' } as const;

async function stage(t: TestContext) {
  const root = await temporaryFolder(t);
  const home = join(root, 'home');
  const lines: string[] = [];
  const log = { write: (_level: string, text: string) => void lines.push(text) };
  const open = () => new FileTaskStore({ home, log, isFenced: () => false });
  const store = open();
  await store.load();
  const atHome = (key = W) => join(home, 'records', key);
  return { root, home, lines, store, open, atHome };
}

/** What a broker started later would know. */
async function reload(store: FileTaskStore): Promise<Map<HandleId, TaskRecord>> {
  const records = new Map<HandleId, TaskRecord>();
  for (const value of await store.load()) {
    const parsed = parseTaskRecord(value);
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.problem);
    records.set(parsed.record.handle, parsed.record);
  }
  return records;
}

async function handlesIn(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'handles.db'), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return [...new Set(lines.map((line): string => JSON.parse(line).handle))].sort();
}

async function pathsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).map((name) => join(folder, name));
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

suite('file task store: records', () => {
  test('P1 a reload gives the same records', async (t) => {
    const { root, store, open } = await stage(t);
    await store.attachWorkspace(W, join(root, 'storage'));
    const tasks = [
      aTask(),
      aTask({ workspace: null, progress: { progress: 1, total: 3, message: 'a\u2028b' } }),
      aTask({ workspace: '/home/me/project' }),
      aTask({ status: 'completed', hasResult: true, endedAtMs: 5 }),
    ];
    for (const task of tasks) await store.put(task, task.hasResult ? RESULT : undefined);
    const again = open();
    const records = await reload(again);
    assert.equal(records.size, tasks.length);
    for (const task of tasks) assert.deepEqual(records.get(task.handle), task);
    const done = tasks[3]?.handle;
    assert.ok(done);
    assert.equal(await again.readPayload(done, 'result'), RESULT.json);
    assert.equal(await again.readPayload(done, 'lateResult'), null);
  });

  test('two workspaces have two datafiles', async (t) => {
    const { root, store, open } = await stage(t);
    const other = '0123456789abcdef';
    await store.attachWorkspace(W, join(root, 'one'));
    await store.attachWorkspace(other, join(root, 'two'));
    const [a, b] = [aTask(), aTask({ workspace: other })];
    await Promise.all([store.put(a), store.put(b)]);
    assert.deepEqual(await handlesIn(join(root, 'one')), [a.handle]);
    assert.deepEqual(await handlesIn(join(root, 'two')), [b.handle]);
    assert.equal((await reload(open())).size, 2);
  });

  test('P1 200 writers at once are all durable', async (t) => {
    const { store, open } = await stage(t);
    const tasks = Array.from({ length: 200 }, () => aTask());
    await Promise.all(tasks.map((task) => store.put(task, RESULT)));
    const again = open();
    assert.equal((await reload(again)).size, 200);
    for (const { handle } of tasks) {
      assert.equal(await again.readPayload(handle, 'result'), RESULT.json);
    }
  });

  test('P8 folders and files are for this user alone', async (t) => {
    const { home, root, store, atHome } = await stage(t);
    await store.put(aTask({ workspace: null }), RESULT);
    await store.attachWorkspace(W, join(root, 'storage'));
    const results = join(atHome('none'), 'results');
    for (const folder of [home, atHome('none'), results, join(root, 'storage')]) {
      assert.equal((await stat(folder)).mode & 0o777, 0o700, folder);
    }
    for (const path of [join(atHome('none'), 'handles.db'), ...(await pathsIn(results))]) {
      assert.equal((await stat(path)).mode & 0o777, 0o600, path);
    }
  });

  test('a registry on files brings back ended and lost tasks', async (t) => {
    const { store, open, lines } = await stage(t);
    const log = { write: (_level: string, text: string) => void lines.push(text) };
    const audit = new MemoryAuditTrail();
    const first = new Registry({ store, audit, clock: systemClock, log });
    t.after(() => first.dispose());
    const ended = await first.create(aDraft());
    await first.apply(ended.handle, { type: 'completed', isError: false, resultJson: '{}' });
    const live = await first.create(aDraft());
    const second = new Registry({ store: open(), audit, clock: systemClock, log });
    t.after(() => second.dispose());
    await second.load();
    await second.loseOrphans(() => false);
    assert.equal(second.get(live.handle)?.reason?.code, 'lost');
    assert.equal(await second.readResult(ended.handle), '{}');
    assert.deepEqual(lines, []);
  });
});

suite('file task store: places', () => {
  test('records of nobody known move to the first storage offered', async (t) => {
    const { root, store, open, atHome } = await stage(t);
    const task = aTask({ hasResult: true });
    await store.put(task, RESULT);
    assert.deepEqual(await handlesIn(atHome()), [task.handle]);
    assert.deepEqual(await store.attachWorkspace(W, join(root, 'storage')), []);
    assert.deepEqual(await handlesIn(join(root, 'storage')), [task.handle]);
    assert.equal(await isThere(atHome()), false);
    assert.equal(await store.readPayload(task.handle, 'result'), RESULT.json);
    assert.deepEqual((await reload(open())).get(task.handle), task);
  });

  test('P1 writes during a move are all kept', async (t) => {
    const { root, store, open } = await stage(t);
    const tasks = Array.from({ length: 100 }, () => aTask());
    const puts = tasks.map((task) => store.put(task, RESULT));
    const moved = store.attachWorkspace(W, join(root, 'storage'));
    const late = Array.from({ length: 100 }, () => aTask());
    await Promise.all([...puts, moved, ...late.map((task) => store.put(task, RESULT))]);
    assert.equal((await handlesIn(join(root, 'storage'))).length, 200);
    assert.equal((await reload(open())).size, 200);
  });

  test('a suffixed path of one workspace keeps one datafile', async (t) => {
    const { root, store, open } = await stage(t);
    await store.attachWorkspace(W, join(root, 'storage'));
    await store.put(aTask());
    await store.attachWorkspace(W, join(root, 'storage-1'));
    await store.attachWorkspace(W, null);
    await store.put(aTask());
    assert.equal(await isThere(join(root, 'storage-1')), false);
    assert.equal((await handlesIn(join(root, 'storage'))).length, 2);
    const again = open();
    await again.load();
    await again.attachWorkspace(W, join(root, 'storage-2'));
    assert.equal(await isThere(join(root, 'storage-2')), false);
  });

  test('home takes over when the folder vanishes while running', async (t) => {
    const { root, home, store, open, atHome, lines } = await stage(t);
    const storage = join(root, 'storage');
    await store.attachWorkspace(W, storage);
    const [before, after] = [aTask({ hasResult: true }), aTask()];
    await store.put(before, RESULT);
    await rm(storage, { recursive: true });
    await store.put(after);
    assert.deepEqual(await handlesIn(atHome()), [before.handle, after.handle].sort());
    assert.equal(await isThere(storage), false);
    assert.ok(lines.some((line) => line.includes(storage) && line.includes('home takes over')));
    assert.ok(!(await readFile(join(home, 'records', 'index.json'), 'utf8')).includes(storage));
    const again = open();
    assert.equal((await reload(again)).size, 2);
    assert.equal(await again.readPayload(before.handle, 'result'), null, 'it went with the folder');
  });

  test('many writers to a vanished folder all land in home', async (t) => {
    const { root, store, open, atHome } = await stage(t);
    const storage = join(root, 'storage');
    await store.attachWorkspace(W, storage);
    await store.put(aTask());
    await rm(storage, { recursive: true });
    await Promise.all(Array.from({ length: 50 }, () => store.put(aTask(), RESULT)));
    assert.equal((await handlesIn(atHome())).length, 51);
    assert.equal((await reload(open())).size, 51);
  });

  test('home itself may vanish and is made again', async (t) => {
    const { root, home, store, open } = await stage(t);
    await store.attachWorkspace(W, join(root, 'storage'));
    await store.put(aTask());
    await store.put(aTask({ workspace: null }), RESULT);
    await rm(home, { recursive: true });
    await store.put(aTask({ workspace: null }));
    assert.equal((await reload(open())).size, 2, 'the index is found again with the window');
    const again = open();
    await again.load();
    assert.equal((await again.attachWorkspace(W, join(root, 'storage'))).length, 1);
  });

  test('a new storage takes the records of one that vanished', async (t) => {
    const { root, store, open } = await stage(t);
    await store.attachWorkspace(W, join(root, 'storage'));
    const task = aTask({ hasResult: true });
    await store.put(task, RESULT);
    await rm(join(root, 'storage'), { recursive: true });
    await store.attachWorkspace(W, join(root, 'storage-1'));
    assert.deepEqual(await handlesIn(join(root, 'storage-1')), [task.handle]);
    assert.equal((await reload(open())).size, 1);
  });

  test('a folder that vanished before the start is told and left', async (t) => {
    const { root, store, open, lines } = await stage(t);
    const storage = join(root, 'storage');
    await store.attachWorkspace(W, storage);
    await store.put(aTask());
    await rename(storage, join(root, 'unmounted'));
    const again = open();
    assert.equal((await again.load()).length, 0);
    assert.equal(lines.filter((line) => line.includes(storage)).length, 1);
    await again.put(aTask());
    await rename(join(root, 'unmounted'), storage);
    const found = await again.attachWorkspace(W, storage);
    assert.equal(found.length, 1, 'what comes back is told');
    assert.equal((await handlesIn(storage)).length, 2);
  });

  test('a move cut short by a crash ends at the next start', async (t) => {
    const { root, store, open, atHome } = await stage(t);
    const task = aTask({ hasResult: true });
    await store.put(task, RESULT);
    await cp(atHome(), join(root, 'copy'), { recursive: true });
    await store.attachWorkspace(W, join(root, 'storage'));
    const later = { ...task, status: 'cancelled', revision: task.revision + 1 } as const;
    await store.put(later);
    await cp(join(root, 'copy'), atHome(), { recursive: true });
    const again = open();
    const audit = new MemoryAuditTrail();
    const registry = new Registry({ store: again, audit, clock: systemClock, log: silentLog });
    t.after(() => registry.dispose());
    await registry.load();
    assert.deepEqual(registry.list(), [later]);
    assert.equal(await isThere(atHome()), false);
  });

  test('a storage that cannot be used leaves the records in home', async (t) => {
    const { root, store, atHome, lines } = await stage(t);
    await writeFile(join(root, 'storage'), 'a file');
    const task = aTask();
    await store.put(task);
    assert.deepEqual(await store.attachWorkspace(W, join(root, 'storage')), []);
    assert.equal(lines.length, 1);
    const next = aTask();
    await store.put(next);
    assert.deepEqual(await handlesIn(atHome()), [task.handle, next.handle].sort());
  });
});

suite('file task store: trouble', () => {
  test('one datafile that cannot be read hides no other', async (t) => {
    const { root, store, open, lines } = await stage(t);
    const storage = join(root, 'storage');
    await store.attachWorkspace(W, storage);
    await store.put(aTask());
    await store.put(aTask({ workspace: null }));
    await rm(join(storage, 'handles.db'));
    await mkdir(join(storage, 'handles.db'));
    const again = open();
    assert.equal((await again.load()).length, 1);
    assert.equal(lines.length, 1);
    assert.ok(lines[0]?.includes(join(storage, 'handles.db')));
    await assert.rejects(again.put(aTask()), { code: 'store_failed' });
    await rmdir(join(storage, 'handles.db'));
    const task = aTask();
    await again.put(task);
    assert.deepEqual(await handlesIn(storage), [task.handle]);
  });

  test('a place in home that cannot be made rejects and heals', async (t) => {
    const { store, atHome } = await stage(t);
    await writeFile(atHome(), 'a file');
    await assert.rejects(store.put(aTask()), { code: 'store_failed' });
    await rm(atHome());
    const task = aTask();
    await store.put(task);
    assert.deepEqual(await handlesIn(atHome()), [task.handle]);
  });

  test('a home that cannot be made is one clear error', async (t) => {
    const root = await temporaryFolder(t);
    await writeFile(join(root, 'home'), 'a file');
    const log = { write() {} };
    const store = new FileTaskStore({ home: join(root, 'home'), log, isFenced: () => false });
    await assert.rejects(store.load(), (error: Error) => {
      return error.message.includes(join(root, 'home')) && !error.message.includes('\n');
    });
  });

  for (const [what, text] of [
    ['torn', '{"version":1,"folders":{"a'],
    ['not ours', '[1,2]'],
    ['partly wrong', '{"version":1,"folders":{"x":7,"y":"relative"}}'],
  ] as const) {
    test(`an index that is ${what} is kept aside and filled anew`, async (t) => {
      const { root, home, store, open, lines } = await stage(t);
      const index = join(home, 'records', 'index.json');
      await store.attachWorkspace(W, join(root, 'storage'));
      await store.put(aTask());
      await writeFile(index, text);
      const again = open();
      assert.equal((await again.load()).length, 0);
      assert.equal(lines.length, 1);
      assert.equal(await readFile(`${index}.bad`, 'utf8'), text);
      const found = await again.attachWorkspace(W, join(root, 'storage'));
      assert.equal(found.length, 1);
      assert.equal((await reload(open())).size, 1);
    });
  }

  test('a fenced store changes nothing', async (t) => {
    const { root, home, store, atHome } = await stage(t);
    await store.put(aTask());
    const before = await readFile(join(atHome(), 'handles.db'), 'utf8');
    const log = { write() {} };
    const fenced = new FileTaskStore({ home, log, isFenced: () => true });
    assert.deepEqual(await fenced.load(), []);
    await assert.rejects(fenced.put(aTask()), { code: 'lock_lost' });
    await fenced.attachWorkspace(W, join(root, 'storage'));
    assert.equal(await isThere(join(root, 'storage', 'handles.db')), false);
    assert.equal(await readFile(join(atHome(), 'handles.db'), 'utf8'), before);
  });
});
