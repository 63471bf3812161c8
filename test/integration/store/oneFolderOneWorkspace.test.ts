import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FileTaskStore } from '../../../src/store/fileTaskStore.ts';
import { aTask } from '../../support/taskRecords.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const W = 'abcdef0123456789';
const OTHER = '0123456789abcdef';

test('P1 one folder never holds the files of two workspaces', async (t) => {
  const root = await temporaryFolder(t);
  const home = join(root, 'home');
  const lines: string[] = [];
  const log = { write: (_level: string, text: string) => void lines.push(text) };
  const open = () => new FileTaskStore({ home, log, isFenced: () => false });
  const store = open();
  await store.load();
  const shared = join(root, 'one');
  await Promise.all([store.attachWorkspace(W, shared), store.attachWorkspace(OTHER, shared)]);
  await store.attachWorkspace(OTHER, join(home, 'records', W));
  await store.attachWorkspace(OTHER, join(home, 'records'));
  assert.equal(lines.filter((line) => line.includes('another workspace')).length, 3);
  const tasks = [W, OTHER, W, OTHER].map((workspace) => aTask({ workspace }));
  for (const task of tasks) await store.put(task);
  assert.equal((await open().load()).length, tasks.length);
});
