import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { turn } from '../../../../support/fakeHost.ts';
import { d2, d3 } from '../../../../support/modernRequest.ts';
import {
  errorOf,
  modernStage,
  NO_HANDLE,
  resultOf,
  withLegacyTask,
  withModernTask,
} from '../../../../support/nativeHost.ts';

const RESULT = { content: [{ type: 'text', text: 'built' }], structuredContent: { ok: true } };
const REQUIRED = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

suite('tasks/get of the extension', () => {
  test('tells how far a live task is in its status message', async () => {
    const { stage, host, handle } = await withModernTask();
    stage.server.print({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 1, total: 4, message: 'linking' },
    });
    const task = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.equal(task.resultType, 'complete');
    assert.equal(task.status, 'working');
    assert.equal(task.statusMessage, '25 %, linking');
    await stage.passTime(0);
  });

  test('inlines the result of a completed task, with its `resultType`', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    stage.server.answer(upstreamId, RESULT);
    await turn();
    const task = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.equal(task.status, 'completed');
    assert.deepEqual(task.result, { resultType: 'complete', ...RESULT });
    assert.equal(task.ttlMs, 86_400_000);
    assert.notEqual(stage.task.collectedAtMs, null);
  });

  test('a tool error is a completed task', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask({ strictTaskStatus: true });
    stage.server.answer(upstreamId, { isError: true, content: [] });
    await turn();
    const task = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.equal(task.status, 'completed');
    assert.deepEqual(task.result, { resultType: 'complete', isError: true, content: [] });
  });

  test('hides the name that the server had for the task', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    const related = { 'io.modelcontextprotocol/related-task': { taskId: 'theirs' } };
    stage.server.answer(upstreamId, { content: [], _meta: { ...related, theirs: 1 } });
    await turn();
    const { result } = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.deepEqual(result, { resultType: 'complete', content: [], _meta: { theirs: 1 } });
  });

  test('a JSON-RPC error is a failed task with that error', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    const error = { code: -32000, message: 'panic', data: { at: 7 } };
    stage.server.print({ jsonrpc: '2.0', id: upstreamId, error });
    await turn();
    const task = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.equal(task.status, 'failed');
    assert.deepEqual(task.error, error);
  });

  test('a server that ended is a failed task that says so', async () => {
    const { stage, host, handle } = await withModernTask();
    stage.server.exit({ code: 3 });
    await turn();
    const task = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.equal(task.status, 'failed');
    const { code, message, data } = task.error as { code: number; message: string; data: object };
    assert.equal(code, -32603);
    assert.match(message, /failed, because its server ended/);
    assert.deepEqual(data, { code: 'upstream_exit' });
  });

  test('P7 a revoked task is no unknown one: it says who, why, and what now', async () => {
    const { stage, host, handle } = await withModernTask();
    await stage.context.revoke({ handle, door: 'user', note: 'wrong branch' });
    const task = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.equal(task.status, 'cancelled');
    assert.match(String(task.statusMessage), /stopped by the user\. wrong branch Do not start/);
    assert.equal('result' in task || 'error' in task, false);
  });

  test('reads a task that came from another era', async () => {
    const { stage, handle } = await withLegacyTask();
    const host = stage.connect();
    const task = await resultOf(host, 'tasks/get', d3({ taskId: handle }));
    assert.equal(task.taskId, handle);
  });

  test('P8 unknown, expired and malformed ids get the same words', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    stage.server.answer(upstreamId, RESULT);
    await turn();
    await stage.registry.expire([handle]);
    const errors = await Promise.all(
      [NO_HANDLE, handle, 'x', 7, undefined].map((taskId) =>
        errorOf(host, 'tasks/get', d3({ taskId })),
      ),
    );
    assert.equal(errors[0]?.code, -32602);
    for (const error of errors) assert.deepEqual(error, errors[0]);
  });
});

suite('tasks/cancel of the extension', () => {
  test('P6 revokes, and says no more than that it has heard', async () => {
    const { stage, host, handle } = await withModernTask();
    const answer = await resultOf(host, 'tasks/cancel', d3({ taskId: handle }));
    assert.deepEqual(answer, { resultType: 'complete' });
    assert.equal(stage.task.status, 'cancelled');
    assert.equal(stage.task.reason?.by, 'agent');
  });

  test('P3 twice, or after the end, it changes nothing and is acknowledged', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    stage.server.answer(upstreamId, RESULT);
    await turn();
    for (const _again of [1, 2]) {
      const answer = await resultOf(host, 'tasks/cancel', d3({ taskId: handle }));
      assert.deepEqual(answer, { resultType: 'complete' });
    }
    assert.equal(stage.task.status, 'completed');
  });

  test('an unknown task is an error', async () => {
    const { host } = await withModernTask();
    const error = await errorOf(host, 'tasks/cancel', d3({ taskId: NO_HANDLE }));
    assert.equal(error.code, -32602);
  });
});

suite('tasks/update of the extension', () => {
  test('is acknowledged, of a task that has ended as well', async () => {
    const { stage, host, handle, upstreamId } = await withModernTask();
    const update = d3({ taskId: handle, inputResponses: { unknown: { action: 'accept' } } });
    assert.deepEqual(await resultOf(host, 'tasks/update', update), { resultType: 'complete' });
    stage.server.answer(upstreamId, RESULT);
    await turn();
    assert.deepEqual(await resultOf(host, 'tasks/update', update), { resultType: 'complete' });
  });

  test('refuses an unknown task, and responses that are no object', async () => {
    const { host, handle } = await withModernTask();
    const unknown = d3({ taskId: NO_HANDLE, inputResponses: {} });
    assert.equal((await errorOf(host, 'tasks/update', unknown)).code, -32602);
    for (const inputResponses of [undefined, null, [], 'x']) {
      const params = d3({ taskId: handle, inputResponses });
      assert.equal((await errorOf(host, 'tasks/update', params)).code, -32602);
    }
  });
});

suite('a modern client', () => {
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    test(`must declare the extension for ${method}`, async () => {
      const { stage, host, handle } = await withModernTask();
      const error = await errorOf(host, method, d2({ taskId: handle, inputResponses: {} }));
      assert.equal(error.code, -32021);
      assert.deepEqual(error.data, { requiredCapabilities: REQUIRED });
      assert.equal(stage.task.status, 'working');
      assert.deepEqual(stage.server.all(method), [], 'the server hears nothing of it');
    });
  }

  for (const method of ['tasks/result', 'tasks/list', 'tasks/else']) {
    test(`does not find ${method}, which the extension does not have`, async () => {
      const { host, handle } = await withModernTask();
      for (const params of [d3({ taskId: handle }), d2()]) {
        assert.equal((await errorOf(host, method, params)).code, -32601);
      }
    });
  }

  test('without the extension is refused where tasks are required', async () => {
    const stage = modernStage();
    const host = stage.connect({ tools: { build: { nativeTasks: 'required' } } });
    const error = await errorOf(host, 'tools/call', d2({ name: 'build', arguments: {} }));
    assert.equal(error.code, -32021);
    assert.deepEqual(error.data, { requiredCapabilities: REQUIRED });
    assert.equal(stage.channels.length, 0);
  });

  test('with it gets a task at once there', async () => {
    const { host } = await withModernTask({ policy: 'auto', nativeTasks: 'required' });
    assert.equal(host.resultOf('call').resultType, 'task');
  });

  test('takes back a tasks/get: it gets no answer', async () => {
    const { host, handle } = await withModernTask();
    host.request('g', 'tasks/get', d3({ taskId: handle }));
    host.notify('notifications/cancelled', { requestId: 'g' });
    await turn();
    assert.deepEqual(host.answersTo('g'), []);
  });
});
