import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { type FakeHost, turn } from '../../../../support/fakeHost.ts';
import { d2, d3 } from '../../../../support/modernRequest.ts';
import { errorOf, NO_HANDLE, withModernTask } from '../../../../support/nativeHost.ts';

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const RESULT = { content: [{ type: 'text', text: 'built' }] };
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

async function listen(host: FakeHost, notifications: object, id = 'sub'): Promise<void> {
  host.request(id, 'subscriptions/listen', d3({ notifications }));
  await turn();
}

/** Params of what the host was told under this listen. */
function told(host: FakeHost, method: string, id = 'sub'): JsonObject[] {
  return host
    .notifications(method)
    .map(({ params }) => params as JsonObject & { _meta: JsonObject })
    .filter(({ _meta }) => _meta[SUBSCRIPTION] === id);
}

suite('subscriptions/listen with task ids', () => {
  test('is acknowledged first, then tells each task as it is', async () => {
    const { stage, host, handle } = await withModernTask();
    await listen(host, { taskIds: [handle, NO_HANDLE, 'x', handle] });
    const methods = host.messages.slice(1).map(({ method }) => method);
    assert.deepEqual(methods, [ACKNOWLEDGED, 'notifications/tasks']);
    const [ack] = told(host, ACKNOWLEDGED);
    assert.deepEqual(ack?.notifications, { taskIds: [handle] });
    const [task] = told(host, 'notifications/tasks');
    assert.equal(task?.taskId, handle);
    assert.equal(task?.status, 'working');
    assert.equal(stage.server.all('subscriptions/listen').length, 0, 'the server hears nothing');
  });

  test('P9 tells that a task stands, as one that works, and that it goes on', async () => {
    const { stage, host, handle } = await withModernTask();
    await listen(host, { taskIds: [handle] });
    await stage.registry.apply(handle, { type: 'paused', by: 'user' });
    await stage.registry.apply(handle, { type: 'resumed', by: 'user' });
    assert.deepEqual(
      told(host, 'notifications/tasks').map(({ status, statusMessage }) => [status, statusMessage]),
      [
        ['working', undefined],
        ['working', 'paused by the user, does not go on until it is resumed'],
        ['working', undefined],
      ],
    );
  });

  test('P11 tells every change once, the last with the whole result', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    await listen(host, { taskIds: [handle] });
    stage.server.print({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: upstreamId, progress: 1, total: 2, message: 'linking' },
    });
    await turn();
    stage.server.answer(upstreamId, RESULT);
    await turn();
    await stage.passTime(1_000);
    const tasks = told(host, 'notifications/tasks');
    assert.deepEqual(
      tasks.map(({ status, statusMessage }) => [status, statusMessage]),
      [
        ['working', undefined],
        ['working', '50 %, linking'],
        ['completed', undefined],
      ],
    );
    assert.deepEqual(tasks.at(-1)?.result, { resultType: 'complete', ...RESULT });
    assert.deepEqual(host.notifications('notifications/progress'), []);
  });

  test('of a task that has ended tells the end', async () => {
    const { stage, host, handle } = await withModernTask();
    await stage.context.revoke({ handle, door: 'user', note: null });
    await listen(host, { taskIds: [handle] });
    const [task, ...more] = told(host, 'notifications/tasks');
    assert.equal(task?.status, 'cancelled');
    assert.deepEqual(more, []);
  });

  for (const end of ['cancel', 'close'] as const) {
    test(`ends with the client’s ${end}`, async () => {
      const { stage, host, handle, upstreamId } = await withModernTask();
      await listen(host, { taskIds: [handle], toolsListChanged: true });
      const request = stage.server.last('subscriptions/listen').id;
      await stage.passTime(2_000);
      const before = host.lines.length;
      if (end === 'close') host.session.close();
      else host.notify('notifications/cancelled', { requestId: 'sub' });
      stage.server.answer(upstreamId, RESULT);
      await turn();
      assert.equal(host.lines.length, before);
      const { params } = stage.server.last('notifications/cancelled');
      assert.equal((params as JsonObject).requestId, request);
      await stage.passTime(20_000);
    });
  }

  test('passes the rest of its filter on, and what comes of it back, under one id', async () => {
    const { stage, host, handle } = await withModernTask();
    await listen(host, { taskIds: [handle], toolsListChanged: true });
    assert.deepEqual(told(host, ACKNOWLEDGED), [], 'the server is asked first');
    const { id, params } = stage.server.last('subscriptions/listen');
    assert.deepEqual((params as JsonObject).notifications, { toolsListChanged: true });
    const tell = (method: string, rest: object = {}) =>
      stage.server.print({
        jsonrpc: '2.0',
        method,
        params: { ...rest, _meta: { [SUBSCRIPTION]: id } },
      });
    tell(ACKNOWLEDGED, { notifications: { toolsListChanged: true } });
    tell('notifications/tools/list_changed');
    await turn();
    const [ack, ...acks] = told(host, ACKNOWLEDGED);
    assert.deepEqual(ack?.notifications, { taskIds: [handle], toolsListChanged: true });
    assert.deepEqual(acks, []);
    assert.equal(told(host, 'notifications/tools/list_changed').length, 1);
    await stage.passTime(2_000);
  });

  test('a server that refuses to tell, or ends its part, does not end ours', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    await listen(host, { taskIds: [handle], toolsListChanged: true });
    const { id } = stage.server.last('subscriptions/listen');
    const error = { code: -32601, message: 'unknown' };
    stage.server.print({ jsonrpc: '2.0', id, error });
    await turn();
    assert.deepEqual(told(host, ACKNOWLEDGED)[0]?.notifications, { taskIds: [handle] });
    stage.server.answer(upstreamId, RESULT);
    await turn();
    assert.equal(told(host, 'notifications/tasks').at(-1)?.status, 'completed');
    assert.deepEqual(host.answersTo('sub'), []);
    await stage.passTime(2_000);
  });

  test('a server that never acknowledges does not hold ours up', async () => {
    const { stage, host, handle } = await withModernTask();
    await listen(host, { taskIds: [handle], toolsListChanged: true });
    await stage.passTime(2_000);
    assert.deepEqual(told(host, ACKNOWLEDGED)[0]?.notifications, { taskIds: [handle] });
  });

  test('tells what is asked meanwhile, and that it was answered', async () => {
    const { stage, host, handle } = await withModernTask();
    await listen(host, { taskIds: [handle] });
    const answers: object[] = [];
    const params = { mode: 'form', message: 'sure?', requestedSchema: { type: 'object' } };
    for (const key of ['a', 'b']) {
      const question = { key, method: 'elicitation/create', params };
      stage.context.questions.ask(handle, question, (answer) => answers.push(answer));
      await turn();
    }
    const update = d3({
      taskId: handle,
      inputResponses: { a: { action: 'accept' }, b: 'no object', c: {} },
    });
    host.request('u', 'tasks/update', update);
    await turn();
    assert.deepEqual(answers, [{ action: 'accept' }]);
    stage.context.questions.answer(handle, 'b', { action: 'decline' });
    await turn();
    const tasks = told(host, 'notifications/tasks').map(({ status, inputRequests }) => [
      status,
      Object.keys((inputRequests as object | undefined) ?? {}),
    ]);
    assert.deepEqual(tasks, [
      ['working', []],
      ['input_required', ['a']],
      ['input_required', ['a', 'b']],
      ['input_required', ['b']],
      ['working', []],
    ]);
    await stage.passTime(0);
  });
});

suite('a listen that must be refused', () => {
  test('names tasks and comes of a client without the extension', async () => {
    const { host, handle } = await withModernTask();
    const params = d2({ notifications: { taskIds: [handle] } });
    assert.equal((await errorOf(host, 'subscriptions/listen', params)).code, -32021);
  });

  for (const taskIds of ['x', {}, [7], null]) {
    test(`has the task ids ${JSON.stringify(taskIds)}`, async () => {
      const { host } = await withModernTask();
      const params = d3({ notifications: { taskIds } });
      assert.equal((await errorOf(host, 'subscriptions/listen', params)).code, -32602);
    });
  }

  test('names no tasks: that is the server’s alone', async () => {
    const { stage, host } = await withModernTask();
    await listen(host, { toolsListChanged: true });
    const { id } = stage.server.last('subscriptions/listen');
    stage.server.print({ jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } });
    assert.deepEqual(host.answerTo('sub').error, { code: -32601, message: 'unknown' });
  });
});
