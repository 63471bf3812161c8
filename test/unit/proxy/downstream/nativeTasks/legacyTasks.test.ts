import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { turn } from '../../../../support/fakeHost.ts';
import {
  ask,
  d1Host,
  errorOf,
  NO_HANDLE,
  resultOf,
  withLegacyTask,
  withModernTask,
} from '../../../../support/nativeHost.ts';

const RESULT = { content: [{ type: 'text', text: 'built' }] };
const RELATED = 'io.modelcontextprotocol/related-task';
const LATEST = { protocolVersion: '2025-11-25' };

suite('tasks/get of 2025-11-25', () => {
  test('is a flat task', async () => {
    const { host, handle } = await withLegacyTask();
    const task = await resultOf(host, 'tasks/get', { taskId: handle });
    assert.equal(task.taskId, handle);
    assert.equal(task.status, 'working');
  });

  for (const [strictTaskStatus, status] of [
    [false, 'completed'],
    [true, 'failed'],
  ] as const) {
    test(`calls a tool error ${status} where strictTaskStatus is ${strictTaskStatus}`, async () => {
      const { stage, host, handle, upstreamId } = await withLegacyTask({ strictTaskStatus });
      const result = { ...RESULT, isError: true };
      stage.server.answer(upstreamId, result);
      await turn();
      const task = await resultOf(host, 'tasks/get', { taskId: handle });
      assert.equal(task.status, status);
      const { content, isError } = await resultOf(host, 'tasks/result', { taskId: handle });
      assert.deepEqual({ content, isError }, result);
    });
  }

  test('P8 unknown, expired and malformed ids get the same words', async () => {
    const { stage, host, handle, upstreamId } = await withLegacyTask();
    stage.server.answer(upstreamId, RESULT);
    await turn();
    await stage.registry.expire([handle]);
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
      const errors = await Promise.all(
        [NO_HANDLE, handle, 'x', null].map((taskId) => errorOf(host, method, { taskId })),
      );
      assert.equal(errors[0]?.code, -32602);
      for (const error of errors) assert.deepEqual(error, errors[0]);
    }
  });
});

suite('tasks/result', () => {
  test('blocks until the end, then is exactly the result and whose it is', async () => {
    const { stage, host, handle, upstreamId } = await withLegacyTask();
    host.request('r', 'tasks/result', { taskId: handle });
    await turn();
    assert.deepEqual(host.answersTo('r'), []);
    stage.server.answer(upstreamId, { ...RESULT, _meta: { [RELATED]: { taskId: 'x' }, own: 1 } });
    await turn();
    const _meta = { [RELATED]: { taskId: handle }, own: 1 };
    assert.deepEqual(host.resultOf('r'), { ...RESULT, _meta });
    assert.notEqual(stage.task.collectedAtMs, null);
  });

  test('is the JSON-RPC error of the server', async () => {
    const { stage, host, handle, upstreamId } = await withLegacyTask();
    const error = { code: -32099, message: 'panic', data: [1] };
    stage.server.print({ jsonrpc: '2.0', id: upstreamId, error });
    await turn();
    assert.deepEqual(await errorOf(host, 'tasks/result', { taskId: handle }), error);
  });

  test('P7 of a revoked task is an error that says who and why, and what now', async () => {
    const { stage, host, handle } = await withLegacyTask();
    host.request('r', 'tasks/result', { taskId: handle });
    await stage.context.revoke({ handle, door: 'user', note: 'no longer needed' });
    await turn();
    const { error } = host.answerTo('r') as { error: { message: string; data: object } };
    assert.match(error.message, /stopped by the user\. no longer needed Do not start it again/);
    assert.deepEqual(error.data, { code: 'revoked' });
  });

  test('taken back, it gets no answer, and the task goes on', async () => {
    const { stage, host, handle, upstreamId } = await withLegacyTask();
    host.request('r', 'tasks/result', { taskId: handle });
    host.notify('notifications/cancelled', { requestId: 'r' });
    stage.server.answer(upstreamId, RESULT);
    await turn();
    assert.deepEqual(host.answersTo('r'), []);
    assert.equal(stage.task.status, 'completed');
    assert.equal(stage.task.collectedAtMs, null);
  });

  test('is there for a task of the other era', async () => {
    const { stage, handle, upstreamId } = await withModernTask();
    stage.server.answer(upstreamId, { resultType: 'complete', ...RESULT });
    await turn();
    stage.script = () => ({ ...LATEST, capabilities: { tools: {} } });
    const host = stage.connect({ nativeTasks: 'optional' });
    await host.initialize(LATEST);
    const { content } = await resultOf(host, 'tasks/result', { taskId: handle });
    assert.deepEqual(content, RESULT.content);
  });
});

suite('tasks/cancel of 2025-11-25', () => {
  test('P6 answers when the task is cancelled, with the task', async () => {
    const { stage, host, handle } = await withLegacyTask();
    const task = await resultOf(host, 'tasks/cancel', { taskId: handle });
    assert.equal(task.taskId, handle);
    assert.equal(task.status, 'cancelled');
    assert.match(String(task.statusMessage), /stopped by an agent/);
    assert.equal(stage.task.reason?.by, 'agent');
  });

  test('P3 a second one, and one of an ended task, is an error', async () => {
    const { host, handle } = await withLegacyTask();
    await ask(host, 'tasks/cancel', { taskId: handle });
    const error = await errorOf(host, 'tasks/cancel', { taskId: handle });
    assert.equal(error.code, -32602);
    assert.match(String(error.message), /already ended \(cancelled\)/);
  });
});

suite('tasks/list', () => {
  test('P8 tells the tasks of this route and workspace alone', async () => {
    const { stage, host, handle } = await withLegacyTask();
    const other = stage.connect({ policy: 'always' }, { name: 'other' });
    await other.initialize(LATEST);
    other.callTool(1, 'build');
    await turn();
    const { tasks, nextCursor } = await resultOf(host, 'tasks/list', {});
    assert.deepEqual(
      (tasks as { taskId: string }[]).map(({ taskId }) => taskId),
      [handle],
    );
    assert.equal(nextCursor, undefined);
    await stage.passTime(0);
  });

  test('pages through all of them, once each, newest first', async () => {
    const { stage, host } = await d1Host({ maxLiveTasks: 200 });
    for (let index = 0; index < 120; index += 1) {
      host.callTool(`c${index}`, 'build', { task: {} });
      if (index % 50 === 0) await stage.passTime(1);
    }
    await turn();
    const seen: string[] = [];
    let cursor: unknown;
    do {
      const page = await resultOf(host, 'tasks/list', cursor === undefined ? {} : { cursor });
      seen.push(...(page.tasks as { taskId: string }[]).map(({ taskId }) => taskId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.equal(seen.length, 120);
    assert.equal(new Set(seen).size, 120);
    await stage.passTime(0);
  });

  for (const cursor of ['', 'x', '1.th_x', 7, {}]) {
    test(`refuses the cursor ${JSON.stringify(cursor)}`, async () => {
      const { host } = await d1Host();
      assert.equal((await errorOf(host, 'tasks/list', { cursor })).code, -32602);
    });
  }
});
