import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowFeed } from '../../../src/broker/rowFeed.ts';
import { TaskRows } from '../../../src/broker/taskRows.ts';
import { turn } from '../../support/fakeHost.ts';
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

test('P9 a feed tells when a task can be paused from now on, and when not any more', async () => {
  const stage = new ProxyStage();
  const { registry, calls, pool, clock, context, rowContext } = stage;
  const feed = new RowFeed(new TaskRows(registry, calls, rowContext), clock);
  feed.follow(registry, calls, context.questions);
  feed.followUse(calls, pool);
  const host = await stage.greeted({ policy: 'always' });
  host.callTool(1, 'build');
  host.callTool(2, 'test');
  await turn();
  const told: [string, boolean][] = [];
  const watcher = feed.onDidChange(({ rows }) => {
    for (const { tool, canPause, status } of rows) {
      if (status === 'working') told.push([tool, canPause]);
    }
  });
  host.session.close();
  clock.advance(BATCH_MS);
  assert.deepEqual(told.splice(0), [
    ['build', false],
    ['test', false],
  ]);
  stage.server.answer(stage.server.all('tools/call')[1]?.id, { content: [] });
  await turn();
  clock.advance(BATCH_MS);
  assert.deepEqual(told.splice(0), [['build', true]]);
  await stage.greeted({ policy: 'always' });
  clock.advance(BATCH_MS);
  assert.deepEqual(told, [['build', false]]);
  watcher.dispose();
  feed.dispose();
});

test('P11 calls that have no row yet tell nothing when they share a server and end', async () => {
  const stage = new ProxyStage();
  const { registry, calls, pool, clock, rowContext } = stage;
  const feed = new RowFeed(new TaskRows(registry, calls, rowContext), clock);
  feed.follow(registry, calls);
  feed.followUse(calls, pool);
  const told: unknown[] = [];
  feed.onDidChange((change) => told.push(change));
  const host = await stage.greeted();
  host.callTool(1, 'build');
  host.callTool(2, 'test');
  stage.server.answer(stage.server.all('tools/call')[0]?.id, { content: [] });
  clock.advance(BATCH_MS);
  assert.deepEqual([calls.size, told], [1, []]);
  feed.dispose();
});
