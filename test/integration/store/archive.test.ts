import assert from 'node:assert/strict';
import { appendFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { parseTaskRecord } from '../../../src/registry/parseTaskRecord.ts';
import type { HandleId, TaskRecord } from '../../../src/registry/taskRecord.ts';
import { FileTaskStore } from '../../../src/store/fileTaskStore.ts';
import { aTask } from '../../support/taskRecords.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const END_MS = Date.UTC(2026, 0, 1);
const TTL_MS = 3_600_000;

async function stage(t: TestContext) {
  const home = await temporaryFolder(t);
  const lines: string[] = [];
  const log = { write: (_level: string, text: string) => void lines.push(text) };
  const open = async () => {
    const store = new FileTaskStore({ home, log, isFenced: () => false });
    const loaded = await store.load();
    return { store, loaded };
  };
  return { home, lines, open, ...(await open()) };
}

async function ended(store: FileTaskStore, members: Partial<TaskRecord> = {}) {
  const task = aTask({
    status: 'completed',
    hasResult: true,
    endedAtMs: END_MS,
    ttlMs: TTL_MS,
    ...members,
  });
  await store.put(task, { kind: 'result', json: `{"of":"${task.handle}"}` });
  return task;
}

function recordIn(past: unknown): TaskRecord | null {
  const parsed = parseTaskRecord(past);
  return parsed.ok ? parsed.record : null;
}

async function archivedRecord(store: FileTaskStore, handle: HandleId): Promise<TaskRecord | null> {
  const past = await store.findPast(handle);
  return past?.kind === 'archived' ? recordIn(past.record) : null;
}

suite('archives', () => {
  test('P4 an archived task keeps its record and its result, also for the next broker', async (t) => {
    const { store, open } = await stage(t);
    const tasks = [await ended(store), await ended(store, { workspace: null }), await ended(store)];
    await store.archive(tasks.slice(0, 2).map(({ handle }) => handle));
    const next = await open();
    assert.equal(next.loaded.length, 1);
    for (const { store: reader } of [{ store }, next]) {
      for (const task of tasks.slice(0, 2)) {
        assert.deepEqual(await archivedRecord(reader, task.handle), task);
        const json = await reader.readPayload(task.handle, 'result');
        assert.equal(json, `{"of":"${task.handle}"}`);
      }
    }
    const listed = (await next.store.listArchived(10)).map((past) => recordIn(past)?.handle);
    assert.deepEqual(new Set(listed), new Set(tasks.slice(0, 2).map(({ handle }) => handle)));
  });

  test('P1 an expired task leaves a tombstone, and neither record nor result', async (t) => {
    const { home, store, open } = await stage(t);
    const [gone, kept] = [await ended(store), await ended(store)];
    await store.expire([gone.handle]);
    const next = await open();
    assert.equal(next.loaded.length, 1);
    assert.deepEqual(await next.store.findPast(gone.handle), { kind: 'expired' });
    assert.equal(await next.store.readPayload(gone.handle, 'result'), null);
    assert.equal(await next.store.findPast(aTask().handle), null);
    assert.equal(await next.store.findPast(kept.handle), null);
    const files = (await readdir(home, { recursive: true })).map(String);
    assert.equal(files.filter((name) => name.includes(`${gone.handle}.`)).length, 0);
  });

  test('P1 an archive goes as a whole when all of it has expired', async (t) => {
    const { home, store } = await stage(t);
    const tasks = [await ended(store), await ended(store, { ttlMs: 2 * TTL_MS })];
    const handles = tasks.map(({ handle }) => handle);
    await store.archive(handles);
    await store.expireArchives(END_MS + TTL_MS + 1);
    assert.notEqual(await archivedRecord(store, handles[0] ?? 'th_'), null);
    await store.expireArchives(END_MS + 2 * TTL_MS + 1);
    for (const handle of handles) {
      assert.deepEqual(await store.findPast(handle), { kind: 'expired' });
    }
    assert.deepEqual(await readdir(join(home, 'archive')), []);
  });

  test('a tombstone torn by a power cut puts the next one out of no step', async (t) => {
    const { home, store } = await stage(t);
    const [first, second] = [await ended(store), await ended(store)];
    await store.expire([first.handle]);
    await appendFile(join(home, 'records/expired.log'), second.handle.slice(0, 11));
    await store.expire([second.handle]);
    for (const { handle } of [first, second]) {
      assert.deepEqual(await store.findPast(handle), { kind: 'expired' });
    }
  });

  test('an archive without its index is none, and its number is used anew', async (t) => {
    const { home, store } = await stage(t);
    const [first, second] = [await ended(store), await ended(store)];
    await store.archive([first.handle]);
    await rm(join(home, 'archive/000001.index.json'));
    await store.archive([second.handle]);
    assert.equal(await store.findPast(first.handle), null);
    assert.deepEqual(await archivedRecord(store, second.handle), second);
  });

  test('a damaged archive hides no other and is left as it is', async (t) => {
    const { home, store, lines } = await stage(t);
    const [first, second] = [await ended(store), await ended(store)];
    await store.archive([first.handle]);
    await store.archive([second.handle]);
    await writeFile(join(home, 'archive/000002.records.gz'), 'no gzip');
    const listed = (await store.listArchived(10)).map((past) => recordIn(past)?.handle);
    assert.deepEqual(listed, [first.handle]);
    assert.match(lines.join('\n'), /Archive 2 .* cannot be read/);
  });
});
