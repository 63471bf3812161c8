import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowFeed } from '../../../src/broker/rowFeed.ts';
import { TaskRows } from '../../../src/broker/taskRows.ts';
import { ProxyStage } from '../../support/proxyStage.ts';
import { aDraft } from '../../support/taskRecords.ts';

const BATCH_MS = 50;

test('P11 a feed keeps nothing for nobody', async () => {
  const { registry, calls, clock, context, rowContext } = new ProxyStage();
  const feed = new RowFeed(new TaskRows(registry, calls, rowContext), clock);
  feed.follow(registry, calls, context.questions);
  await registry.create(aDraft());
  const told: number[] = [];
  const watcher = feed.onDidChange(({ rows }) => told.push(rows.length));
  await registry.create(aDraft());
  clock.advance(BATCH_MS);
  watcher.dispose();
  assert.deepEqual(told, [1], 'what was before the watching is in the list of rows');
});
