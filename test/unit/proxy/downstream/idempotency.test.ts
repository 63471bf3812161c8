import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type FakeHost, turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };
const HAND_OFF_MS = 10_000;
const META_KEY = 'mcp-task-handles/idempotencyKey';

function callWithKey(host: FakeHost, id: number, key: unknown, rest: object = {}): Promise<void> {
  host.callTool(id, 'build', { _meta: { [META_KEY]: key }, ...rest });
  return turn();
}

const runs = (stage: ProxyStage) =>
  stage.channels.flatMap((channel) => channel.all('tools/call')).length;

function finish(stage: ProxyStage): Promise<void> {
  stage.server.answer(stage.server.all('tools/call')[0]?.id, RESULT);
  return turn();
}

/** What the model reads of a tool error. */
function errorIn(host: FakeHost, id: number): string {
  const { isError, content } = host.resultOf(id);
  assert.equal(isError, true);
  return JSON.stringify(content);
}

suite('P2 a call with an idempotency key', () => {
  test('is on disk before the server sees it, by the hash of its key alone', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const release = stage.store.hold();
    await callWithKey(host, 1, 'my key');
    assert.equal(runs(stage), 0);
    release();
    await turn();
    assert.equal(runs(stage), 1);
    assert.match(stage.task.idempotencyKeyHash ?? '', /^[0-9a-f]{64}$/);
    assert(!JSON.stringify([...stage.store.records.values()]).includes('my key'));
  });

  test('gets its own result before its hand-off', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    await stage.passTime(HAND_OFF_MS - 1);
    assert.deepEqual(host.answersTo(1), []);
    await finish(stage);
    const { _meta, ...rest } = host.resultOf(1);
    assert.deepEqual(rest, RESULT);
    assert.notEqual(stage.task.collectedAtMs, null);
  });

  test('gets its handle afterwards, at once where the policy says always', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    await stage.passTime(HAND_OFF_MS);
    assert.equal(handleIn(host.resultOf(1)), stage.task.handle);
    const other = await stage.greeted({ policy: 'always' });
    await callWithKey(other, 1, 'k');
    assert.equal(handleIn(other.resultOf(1)), stage.task.handle);
  });

  test('is told that its task waits for the user, while it does', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    await stage.passTime(HAND_OFF_MS);
    const { handle } = stage.task;
    const question = { key: 'q', method: 'elicitation/create', params: { message: 'Which?' } };
    stage.context.questions.ask(handle, question, () => {});
    await turn();
    const other = await stage.greeted({ policy: 'always' });
    await callWithKey(other, 1, 'k');
    const { structuredContent } = other.resultOf(1) as { structuredContent: { next: string } };
    assert.match(structuredContent.next, /waits for the user: “Which\?”/);
    assert.equal(handleIn(other.resultOf(1)), handle);
  });

  test('waits for its end where the policy says never', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'never' });
    await callWithKey(host, 1, 'k');
    await stage.passTime(10 * HAND_OFF_MS);
    assert.deepEqual(host.answersTo(1), []);
    await finish(stage);
    assert.deepEqual(host.resultOf(1).content, RESULT.content);
  });

  test('runs once when it comes twice at the same moment', async () => {
    const stage = new ProxyStage();
    const [one, two] = [await stage.greeted(), await stage.greeted()];
    const release = stage.store.hold();
    await Promise.all([callWithKey(one, 1, 'k'), callWithKey(two, 1, 'k')]);
    release();
    await turn();
    stage.channels.flatMap((channel) =>
      channel.all('tools/call').map(({ id }) => channel.answer(id, RESULT)),
    );
    await turn();
    assert.equal(runs(stage), 1);
    for (const host of [one, two]) assert.deepEqual(host.resultOf(1).content, RESULT.content);
  });

  test('gets the kept result again, on any connection', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted();
    await callWithKey(first, 1, 'k');
    await finish(stage);
    await callWithKey(first, 2, 'k');
    first.session.close();
    const second = await stage.greeted();
    await callWithKey(second, 1, 'k');
    assert.deepEqual(first.resultOf(2).content, RESULT.content);
    assert.deepEqual(second.resultOf(1).content, RESULT.content);
    assert.equal(runs(stage), 1);
  });

  test('goes on when its connection breaks, whatever the policy', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted({ policy: 'never' });
    await callWithKey(first, 1, 'k');
    first.session.close();
    const second = await stage.greeted({ policy: 'never' });
    await callWithKey(second, 1, 'k');
    await finish(stage);
    assert.deepEqual(second.resultOf(1).content, RESULT.content);
    assert.equal(runs(stage), 1);
  });

  test('never runs again after its broker has died', async () => {
    const before = new ProxyStage();
    await callWithKey(await before.greeted(), 1, 'running');
    await callWithKey(await before.greeted(), 1, 'done');
    await finish(before);
    const after = new ProxyStage(before.store);
    await after.registry.load();
    await after.registry.loseOrphans(() => false);
    const host = await after.greeted();
    await callWithKey(host, 1, 'running');
    await callWithKey(host, 2, 'done');
    assert.match(errorIn(host, 1), /was lost: nobody knows whether it finished/);
    assert.deepEqual(host.resultOf(2).content, RESULT.content);
    assert.equal(runs(after), 0);
  });

  test('gets the result of a task that went to an archive', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    await finish(stage);
    await stage.registry.archive([stage.task.handle]);
    await callWithKey(host, 2, 'k');
    await callWithKey(host, 3, 'k', { arguments: { all: true } });
    assert.deepEqual(host.resultOf(2).content, RESULT.content);
    assert.match(errorIn(host, 3), /with other arguments; nothing was run/);
    assert.equal(runs(stage), 1);
    assert.deepEqual(stage.warnings, []);
  });

  test('runs again once its task has expired', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    await finish(stage);
    await stage.registry.expire([stage.task.handle]);
    await callWithKey(host, 2, 'k');
    assert.equal(runs(stage), 2);
  });

  test('is refused with other arguments or another tool, with the handle', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    await callWithKey(host, 2, 'k', { arguments: { all: true } });
    await callWithKey(host, 3, 'k', { name: 'test' });
    const { handle } = stage.task;
    assert.match(errorIn(host, 2), new RegExp(`${handle} with other arguments; nothing was run`));
    assert.match(errorIn(host, 3), new RegExp(`${handle} with another tool .*build.*new key`));
    assert.equal(runs(stage), 1);
  });

  test('is another call in another route or workspace', async () => {
    const stage = new ProxyStage();
    for (const route of [{}, { name: 'other' }, { workspace: 'w' }]) {
      const host = stage.connect({}, route);
      await host.initialize();
      await callWithKey(host, 1, 'k');
    }
    assert.equal(runs(stage), 3);
  });

  test('is not run when the disk refuses, and its key is free again', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.store.fail();
    await callWithKey(host, 1, 'k');
    assert.match(
      errorIn(host, 1),
      /was not run, because .* could not be recorded: The disk is full/,
    );
    assert.equal(runs(stage), 0);
    stage.store.heal();
    await callWithKey(host, 2, 'k');
    assert.equal(runs(stage), 1);
  });

  test('with a bad key is refused in one clear line', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    for (const [id, key] of [7, '', null, {}, 'x'.repeat(201)].entries()) {
      await callWithKey(host, id, key);
      assert.match(errorIn(host, id), /must be a string of 1 to 200 characters; nothing was run/);
    }
    await callWithKey(host, 9, 'x'.repeat(200));
    assert.equal(runs(stage), 1);
  });

  test('is cancelled by the one who asked, and its key does not run again', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    host.notify('notifications/cancelled', { requestId: 1 });
    await turn();
    assert.equal(stage.task.status, 'cancelled');
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
    await callWithKey(host, 2, 'k');
    assert.match(errorIn(host, 2), /was cancelled before its handle was delivered/);
    assert.deepEqual(host.answersTo(1), []);
  });

  test('cancelled while it is being recorded never reaches the server', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const release = stage.store.hold();
    await callWithKey(host, 1, 'k');
    host.notify('notifications/cancelled', { requestId: 1 });
    release();
    await turn();
    assert.equal(stage.task.status, 'cancelled');
    assert.equal(runs(stage), 0);
  });

  test('taken back by another one that joined it, goes on', async () => {
    const stage = new ProxyStage();
    const [first, second] = [await stage.greeted(), await stage.greeted()];
    await callWithKey(first, 1, 'k');
    await callWithKey(second, 1, 'k');
    second.notify('notifications/cancelled', { requestId: 1 });
    await turn();
    assert.equal(stage.task.status, 'working');
  });

  test('whose connection leaves before the server is there frees its key', async () => {
    const stage = new ProxyStage();
    const release = stage.holdStarts();
    const first = stage.connect();
    await callWithKey(first, 1, 'k');
    const second = stage.connect();
    await callWithKey(second, 1, 'k');
    first.session.close();
    release();
    await turn();
    assert.match(errorIn(second, 1), /taken back before it ran; call again/);
    await callWithKey(second, 2, 'k');
    assert.equal(runs(stage), 1);
  });

  test('whose server does not start is told so, and frees its key', async () => {
    const stage = new ProxyStage();
    stage.startFailure = 'The command `server` was not found.';
    const host = stage.connect();
    await callWithKey(host, 1, 'k');
    assert.match(errorIn(host, 1), /was not found/);
    stage.startFailure = null;
    await callWithKey(host, 2, 'k');
    assert.equal(runs(stage), 1);
  });

  test('whose server ends during the write fails without having run', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const release = stage.store.hold();
    await callWithKey(host, 1, 'k');
    stage.server.exit({ code: 1 });
    release();
    await turn();
    assert.match(errorIn(host, 1), /its server ended.*before the call reached it/);
    assert.equal(runs(stage), 0);
    assert.equal(stage.calls.size, 0);
  });

  test('is told when it is stopped for good while it waits', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    await callWithKey(host, 1, 'k');
    await stage.context.revoke({ handle: stage.task.handle, door: 'user', note: null });
    await turn();
    assert.match(errorIn(host, 1), /was stopped by the user/);
  });
});
