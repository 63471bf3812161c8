import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RowFeed } from '../../../../src/broker/rowFeed.ts';
import { TaskRows } from '../../../../src/broker/taskRows.ts';
import type { HandleId } from '../../../../src/registry/taskRecord.ts';
import { type FakeHost, turn } from '../../../support/fakeHost.ts';
import { handleIn, LINGER_MS, ProxyStage } from '../../../support/proxyStage.ts';
import { BY_USER, climbed, revokerOf } from '../../../support/revokerStage.ts';

const isolated = { isolation: 'perCall', policy: 'always' } as const;

async function tasks(host: FakeHost, count: number): Promise<HandleId[]> {
  for (let id = 1; id <= count; id += 1) host.callTool(id, `tool_${id}`);
  await turn();
  await turn();
  return Array.from({ length: count }, (_, at) => handleIn(host.resultOf(at + 1)));
}

suite('a server that ignores a cancel and serves other work', () => {
  async function ignored() {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const [first = '', second = ''] = await tasks(host, 2);
    const revoker = revokerOf(stage);
    await climbed(stage, revoker.revoke({ ...BY_USER, id: first }));
    const rows = new TaskRows(stage.registry, stage.calls, stage.rowContext);
    const row = (id: string) => rows.get(id) ?? assert.fail('no row');
    return { stage, host, revoker, row, first, second };
  }

  test('P6 is not ended, and may still run: the record says so', async () => {
    const { stage, host, row, first, second } = await ignored();
    assert.deepEqual(stage.server.ends, []);
    assert.equal(row(first).mayStillRun, true);
    assert.match(row(first).reason?.note ?? '', /was not ended and may go on working/);
    assert.equal(row(second).mayStillRun, false);
    host.callTool(9, 'task_poll', { arguments: { handle: first } });
    await turn();
    const { content, structuredContent } = host.resultOf(9);
    assert.match(JSON.stringify(content), /it may still be working on it\. Do not start it again/);
    assert.equal((structuredContent as { mayStillRun?: boolean }).mayStillRun, true);
  });

  test('is done with it when its answer comes late, and watchers are told', async () => {
    const { stage, row, first } = await ignored();
    const told: unknown[] = [];
    const feed = new RowFeed(
      new TaskRows(stage.registry, stage.calls, stage.rowContext),
      stage.clock,
    );
    feed.follow(stage.registry, stage.calls, stage.context.unended);
    feed.onDidChange(({ rows }) => told.push(...rows));
    stage.server.answer(stage.server.all('tools/call')[0]?.id, {});
    assert.equal(row(first).mayStillRun, false);
    await stage.passTime(100);
    const [last] = told as { id: string; mayStillRun: boolean }[];
    assert.deepEqual([last?.id, last?.mayStillRun], [first, false]);
    feed.dispose();
  });

  test('is done with it when it is gone', async () => {
    const { stage, row, first } = await ignored();
    stage.server.exit({ code: 1 });
    assert.equal(row(first).mayStillRun, false);
  });

  test('P6 is ended by force when the person has been told what ends too', async () => {
    const { stage, revoker, row, first, second } = await ignored();
    assert.deepEqual(
      revoker.sharing([first]).map(({ handle }) => handle),
      [second],
    );
    const [server] = stage.channels;
    const [outcome, other] = await revoker.revokeMany([first], {
      ...BY_USER,
      force: true,
      note: 'now',
    });
    assert.deepEqual([outcome?.outcome, outcome?.level], ['revoked', 'terminated']);
    assert.equal(server?.ends.length, 1);
    assert.deepEqual([other?.id, other?.outcome], [second, 'revoked']);
    const { reason } = row(second);
    assert.deepEqual([reason?.code, reason?.by, reason?.level], ['revoked', 'user', 'terminated']);
    assert.match(reason?.note ?? '', /ended by force to stop `tool_1`, which it served too\. now/);
    assert(!reason?.note?.includes(first), 'P8 a handle is a capability');
    assert.equal(row(first).reason?.level, 'terminated');
    assert.equal(row(first).mayStillRun, false);
  });

  test('P8 who ended it is in the audit trail', async () => {
    const { stage, revoker, first } = await ignored();
    await revoker.revokeMany([first], { ...BY_USER, force: true, note: 'now' });
    const row = stage.audit.rows.find(({ action }) => action === 'server_ended');
    assert.deepEqual([row?.handle, row?.principal.door, row?.level], [first, 'user', 'terminated']);
    assert.match(row?.reason ?? '', /now/);
  });

  test('is ended by force also when that comes within the grace time', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const [first = '', second = ''] = await tasks(host, 2);
    const [server] = stage.channels;
    const revoker = revokerOf(stage);
    const gentle = revoker.revoke({ ...BY_USER, id: first });
    await turn();
    const forced = revoker.revokeMany([first], { ...BY_USER, force: true });
    assert.equal((await climbed(stage, gentle)).level, 'cooperative');
    assert.deepEqual(
      (await forced).map(({ id, outcome }) => [id, outcome]),
      [
        [first, 'revoked'],
        [second, 'revoked'],
      ],
    );
    assert.equal(server?.ends.length, 1);
  });

  test('P6 is ended by force also when an agent stops the task at the same time', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const [first = ''] = await tasks(host, 1);
    const [server] = stage.channels;
    const revoker = revokerOf(stage);
    const gentle = revoker.revoke({ ...BY_USER, door: 'agent', id: first });
    const forced = revoker.revoke({ ...BY_USER, force: true, id: first });
    assert.equal((await climbed(stage, gentle)).level, 'cooperative');
    const { outcome, level, row } = await forced;
    assert.deepEqual([outcome, level, row?.mayStillRun], ['revoked', 'terminated', false]);
    assert.equal(server?.ends.length, 1);
    assert.equal(stage.registry.get(first as HandleId)?.reason?.level, 'terminated');
  });

  test('P13 is not kept alive by it once nobody else needs it', async () => {
    const { stage, host } = await ignored();
    host.session.close();
    stage.server.answer(stage.server.all('tools/call')[1]?.id, {});
    await stage.passTime(2 * LINGER_MS);
    assert.equal(stage.server.shutDowns, 1);
  });
});

suite('tasks with an upstream of their own', () => {
  test('P6 die alone, also by an agent, whose session goes on', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted(isolated);
    const [first = '', second = ''] = await tasks(host, 2);
    const [shared, one, two] = stage.channels;
    const revoker = revokerOf(stage);
    assert.deepEqual(revoker.sharing([first]), []);
    const revoking = revoker.revoke({ ...BY_USER, door: 'agent', id: first });
    const { level, row } = await climbed(stage, revoking);
    assert.deepEqual([level, row?.mayStillRun], ['terminated', false]);
    assert.deepEqual(
      [shared, one, two].map((server) => server?.ends.length),
      [0, 1, 0],
    );
    two?.answer(two.last('tools/call').id, {});
    await turn();
    assert.equal(stage.registry.get(second as HandleId)?.status, 'completed');
  });

  test('P6 leave no process either when that is started still, and never ready', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted(isolated);
    stage.script = () => undefined;
    const [first = ''] = await tasks(host, 1);
    const { outcome, level } = await revokerOf(stage).revoke({ ...BY_USER, id: first });
    assert.deepEqual([outcome, level], ['revoked', 'none']);
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.pool.size, 1);
  });

  test('P6 are told to be gone when what is started for them is', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted(isolated);
    const release = stage.holdStarts();
    const [first = ''] = await tasks(host, 1);
    let isTold = false;
    const revoking = revokerOf(stage)
      .revoke({ ...BY_USER, id: first })
      .then(() => {
        isTold = true;
      });
    await turn();
    assert.equal(isTold, false);
    release();
    await revoking;
    assert.equal(stage.server.shutDowns, 1);
    assert.deepEqual(stage.server.sent, [], 'it is not even greeted');
  });

  test('P6 leave no process when their server stops as it is asked to', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted(isolated);
    const [first = ''] = await tasks(host, 1);
    const own = stage.server;
    const revoking = revokerOf(stage).revoke({ ...BY_USER, id: first });
    await turn();
    own.answer(own.last('tools/call').id, {});
    assert.equal((await revoking).level, 'cooperative');
    assert(own.shutDowns > 0);
    assert.equal(stage.pool.size, 1);
  });
});
