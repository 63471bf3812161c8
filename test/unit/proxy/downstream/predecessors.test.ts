import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FakeHost } from '../../../support/fakeHost.ts';
import { turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };
const HAND_OFF_MS = 10_000;
const META_TASK = 'mcp-task-handles/task';

/** A stage on which the connection of one call broke before the call was answered. */
async function broken(policy = {}): Promise<ProxyStage> {
  const stage = new ProxyStage();
  const host = await stage.greeted(policy);
  host.callTool(1, 'build');
  host.session.close();
  await turn();
  return stage;
}

const runs = (stage: ProxyStage) =>
  stage.channels.flatMap((channel) => channel.all('tools/call')).length;

function finish(stage: ProxyStage): Promise<void> {
  stage.server.answer(stage.server.all('tools/call')[0]?.id, RESULT);
  return turn();
}

function progressOf(host: FakeHost): unknown[] {
  return host.notifications('notifications/progress').map(({ params }) => params);
}

suite('P2 a repeat after a broken connection', () => {
  test('joins the call that still runs and gets its result verbatim', async () => {
    const stage = await broken();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await turn();
    assert.deepEqual(host.answersTo(1), []);
    await finish(stage);
    const { _meta, ...rest } = host.resultOf(1);
    assert.deepEqual(rest, RESULT);
    assert.equal(
      (_meta as Record<string, { handle: string }>)[META_TASK]?.handle,
      stage.task.handle,
    );
    assert.equal(runs(stage), 1);
    assert.notEqual(stage.task.collectedAtMs, null);
  });

  test('gets the result of a call that has ended meanwhile', async () => {
    const stage = await broken();
    await finish(stage);
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await turn();
    assert.deepEqual(host.resultOf(1).content, RESULT.content);
    assert.equal(runs(stage), 1);
  });

  test('gets the handle of its predecessor at the hand-off', async () => {
    const stage = await broken();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await turn();
    await stage.passTime(HAND_OFF_MS - 1);
    assert.deepEqual(host.answersTo(1), []);
    await stage.passTime(1);
    assert.equal(handleIn(host.resultOf(1)), stage.task.handle);
  });

  test('gets the handle at once where calls are always handed off', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted({ policy: 'always' });
    const release = stage.store.hold();
    first.callTool(1, 'build');
    first.session.close();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    assert.deepEqual(host.answersTo(1), [], 'P1 not before the record is on disk');
    release();
    await turn();
    assert.equal(handleIn(host.resultOf(1)), stage.task.handle);
    assert.equal(runs(stage), 1);
  });

  test('hears the progress under its own token', async () => {
    const stage = await broken();
    const host = await stage.greeted();
    host.callTool(1, 'build', { _meta: { progressToken: 'mine' } });
    await turn();
    const params = { progressToken: stage.server.last('tools/call').id, progress: 1, total: 4 };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    assert.deepEqual(progressOf(host), [{ progressToken: 'mine', progress: 1, total: 4 }]);
    await finish(stage);
  });

  test('is told how its predecessor ended without a result', async () => {
    const stage = await broken();
    stage.server.exit({ code: 3, stderrTail: 'out of memory' });
    await turn();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await turn();
    const { isError, content } = host.resultOf(1);
    assert.equal(isError, true);
    assert.match(JSON.stringify(content), /its server ended.*out of memory/);
  });

  test('breaks as well: the next one still joins, for 60 s from then', async () => {
    const stage = await broken();
    const second = await stage.greeted();
    await stage.passTime(59_000);
    second.callTool(1, 'build');
    await turn();
    second.session.close();
    await stage.passTime(59_000);
    const third = await stage.greeted();
    third.callTool(1, 'build');
    await finish(stage);
    assert.deepEqual(third.resultOf(1).content, RESULT.content);
    assert.deepEqual(second.answersTo(1), []);
    assert.equal(runs(stage), 1);
  });

  test('taken back ends its own wait and nothing else', async () => {
    const stage = await broken();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await turn();
    host.notify('notifications/cancelled', { requestId: 1 });
    await finish(stage);
    assert.equal(stage.task.status, 'completed');
    assert.equal(stage.task.collectedAtMs, null);
    assert.deepEqual(host.answersTo(1), []);
    assert.deepEqual(stage.server.all('notifications/cancelled'), []);
  });

  test('gets the own answer of a call that the disk refused to record', async () => {
    const stage = new ProxyStage();
    stage.store.fail();
    const first = await stage.greeted();
    first.callTool(1, 'build');
    first.session.close();
    await turn();
    const host = await stage.greeted();
    host.callTool('again', 'build');
    await turn();
    await finish(stage);
    assert.deepEqual(host.resultOf('again'), RESULT);
    assert.equal(runs(stage), 1);
  });

  test('is told when the result is lost with the disk', async () => {
    const stage = new ProxyStage();
    stage.store.fail();
    const first = await stage.greeted();
    first.callTool(1, 'build');
    first.session.close();
    await finish(stage);
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await turn();
    assert.match(JSON.stringify(host.resultOf(1).content), /has run, but .* could not be kept/);
    assert.equal(runs(stage), 1);
  });
});

suite('P2 a second run that is meant', () => {
  test('an equal call on one living connection runs twice', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    host.callTool(2, 'build');
    assert.equal(runs(stage), 2);
  });

  test('a call whose predecessor was answered runs', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted({ policy: 'always' });
    first.callTool(1, 'build');
    await turn();
    handleIn(first.resultOf(1));
    first.session.close();
    (await stage.greeted()).callTool(1, 'build');
    assert.equal(runs(stage), 2);
  });

  test('a predecessor is joined once', async () => {
    const stage = await broken();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    host.callTool(2, 'build');
    await turn();
    assert.equal(runs(stage), 2);
  });

  test('a call after 60 s runs', async () => {
    const stage = await broken();
    await stage.passTime(60_000);
    (await stage.greeted()).callTool(1, 'build');
    assert.equal(runs(stage), 2);
  });

  test('a connection that was there before the other broke repeats nothing', async () => {
    const stage = new ProxyStage();
    const bystander = await stage.greeted();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await stage.passTime(1);
    host.session.close();
    bystander.callTool(1, 'build');
    assert.equal(runs(stage), 2);
  });

  for (const [what, call] of Object.entries({
    'another tool': { name: 'test' },
    'other arguments': { arguments: { all: true } },
    'another chat': { _meta: { 'vscode.conversationId': 'b' } },
  })) {
    test(`${what} runs`, async () => {
      const stage = await broken();
      const host = await stage.greeted();
      host.callTool(1, 'build', call);
      await turn();
      assert.equal(runs(stage), 2);
    });
  }

  test('another client runs', async () => {
    const stage = await broken();
    const host = stage.connect();
    await host.initialize({ clientInfo: { name: 'another host', version: '1' } });
    host.callTool(1, 'build');
    await turn();
    assert.equal(runs(stage), 2);
  });

  test('nothing is kept of a connection after 60 s', async () => {
    const stage = await broken();
    await finish(stage);
    await stage.passTime(60_000);
    assert.equal(stage.clock.pending, 0);
  });
});
