import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };
const HAND_OFF_MS = 10_000;

suite('a cancel by the host', () => {
  test('before the answer tells the upstream and answers nobody', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool('c', 'build');
    const { id } = stage.server.last('tools/call');
    host.notify('notifications/cancelled', { requestId: 'c', reason: 'changed my mind' });
    const { params } = stage.server.last('notifications/cancelled');
    assert.deepEqual(params, { requestId: id, reason: 'changed my mind' });
    stage.server.answer(id, RESULT);
    await stage.passTime(2 * HAND_OFF_MS);
    assert.deepEqual(host.answersTo('c'), []);
    assert.equal(stage.calls.size, 0);
    assert.equal(stage.registry.list().length, 0);
  });

  test('while the record is being written wins', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const release = stage.store.hold();
    await stage.passTime(HAND_OFF_MS);
    host.notify('notifications/cancelled', { requestId: 1 });
    release();
    await turn();
    assert.deepEqual(host.answersTo(1), []);
    assert.equal(stage.task.status, 'cancelled');
    assert.equal(stage.task.reason?.code, 'cancelled');
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
  });

  test('after the answer is ignored, as opencode sends one every time', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    handleIn(host.resultOf(1));
    host.notify('notifications/cancelled', { requestId: 1 });
    await turn();
    assert.equal(stage.task.status, 'working');
    assert.deepEqual(stage.server.all('notifications/cancelled'), []);
  });

  test('that crossed the answer of a call whose id came again before it stops nothing', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const release = stage.store.hold();
    host.callTool(1, 'build');
    await turn();
    host.request(1, 'prompts/list');
    release();
    await turn();
    assert.equal(handleIn(host.resultOf(1)), stage.task.handle);
    host.session.unwritten('1');
    await turn();
    assert.equal(stage.task.status, 'working');
  });

  test('that crossed the answer of an id that came again stops no earlier task', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    host.request(1, 'ping');
    await turn();
    host.session.unwritten('1');
    await turn();
    assert.equal(stage.task.status, 'working');
  });

  test('of an id that came again hits the later request', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    host.request(1, 'prompts/list');
    host.notify('notifications/cancelled', { requestId: 1 });
    await turn();
    assert.equal(stage.task.status, 'working');
    const { id } = stage.server.last('prompts/list');
    assert.deepEqual(stage.server.last('notifications/cancelled').params, {
      requestId: id,
      reason: 'The client cancelled the request.',
    });
  });

  test('whose answer was dropped on the way ends the task', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    host.session.unwritten('1');
    await turn();
    assert.equal(stage.task.status, 'cancelled');
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
    host.session.unwritten('1');
    host.session.unwritten('"unknown"');
  });

  test('before the upstream has started keeps the call from it', async () => {
    const stage = new ProxyStage();
    const host = stage.connect();
    const release = stage.holdStarts();
    host.callTool(1, 'build');
    host.request(2, 'prompts/list');
    host.notify('notifications/cancelled', { requestId: 1 });
    host.notify('notifications/cancelled', { requestId: 2 });
    release();
    await turn();
    assert.deepEqual(stage.server.sent, []);
    assert.deepEqual(host.lines, []);
  });

  test('before a failed start gets no answer', async () => {
    const stage = new ProxyStage();
    const host = stage.connect();
    const release = stage.holdStarts();
    stage.startFailure = 'There is no such command.';
    host.callTool(1, 'build');
    host.request(2, 'prompts/list');
    host.notify('notifications/cancelled', { requestId: 1 });
    host.notify('notifications/cancelled', { requestId: 2 });
    release();
    await turn();
    assert.deepEqual(host.lines, []);
  });

  test('that looks like a time limit teaches a shorter hand-off', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await stage.passTime(5000);
    host.notify('notifications/cancelled', { requestId: 1 });
    host.callTool(2, 'build');
    await stage.passTime(3499);
    assert.deepEqual(host.answersTo(2), []);
    await stage.passTime(1);
    handleIn(host.resultOf(2));
  });

  test('that looks like a person’s teaches nothing', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await stage.passTime(2000);
    host.notify('notifications/cancelled', { requestId: 1 });
    host.callTool(2, 'build');
    await stage.passTime(HAND_OFF_MS - 1);
    assert.deepEqual(host.answersTo(2), []);
  });

  test('without an id is ignored', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    host.notify('notifications/cancelled');
    host.notify('notifications/cancelled', { requestId: 'other' });
    assert.equal(stage.calls.size, 1);
  });
});
