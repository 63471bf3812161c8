import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskStage, TEXT_RESULT, tool } from '../../../../support/taskStage.ts';

const RELATED = 'io.modelcontextprotocol/related-task';

suite('calls of a server with tasks of 2025-11-25', () => {
  test('the result comes from tasks/result, without the trace of the task', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    assert.deepEqual(stage.answersTo(3), []);
    const { id } = stage.server.last('tasks/result');
    stage.server.print(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[ ],"n":1.0,"_meta":{"${RELATED}":{"taskId":"t1"}}}}`,
    );
    assert.equal(stage.lines.at(-1), '{"jsonrpc":"2.0","id":3,"result":{"content":[ ],"n":1.0}}');
    assert.equal(stage.clock.pending, 0);
  });

  test('what else stands in the meta of the result stays', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    const _meta = { a: 1, [RELATED]: { taskId: 't1' }, b: 2 };
    stage.answerLast('tasks/result', { _meta, ...TEXT_RESULT });
    assert.deepEqual(stage.answerTo(3).result, { _meta: { a: 1, b: 2 }, ...TEXT_RESULT });
  });

  test('a server that answers without a task is believed', async () => {
    const stage = await TaskStage.legacy();
    stage.send({ id: 3, method: 'tools/call', params: { name: 'slow' } });
    stage.server.answer(3, TEXT_RESULT);
    assert.deepEqual(stage.answerTo(3).result, TEXT_RESULT);
    assert.deepEqual(stage.server.all('tasks/result'), []);
  });

  test('the text of the status becomes progress of the call, once each', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3, { statusMessage: 'one' });
    await stage.poll({ status: 'working', statusMessage: 'two' });
    await stage.poll({ status: 'working', statusMessage: 'two' });
    await stage.poll({ status: 'input_required' });
    assert.deepEqual(stage.progressOf(3), [
      { progress: 1, message: 'one' },
      { progress: 2, message: 'two' },
      { progress: 3, message: 'Waiting for input' },
    ]);
  });

  test('P10 real progress passes, and is never taken back by a text', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    const params = { progressToken: 3, progress: 40, total: 100 };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    await stage.poll({ status: 'working', statusMessage: 'linking' });
    assert.deepEqual(stage.progressOf(3), [
      { progress: 40, total: 100 },
      { progress: 40, total: 100, message: 'linking' },
    ]);
  });

  test('a notified status counts as one that was polled, and goes no further', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    const params = { taskId: 't1', status: 'working', statusMessage: 'told' };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tasks/status', params });
    const other = { taskId: 'of nobody', status: 'working', statusMessage: 'else' };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tasks/status', params: other });
    assert.deepEqual(stage.progressOf(3), [{ progress: 1, message: 'told' }]);
    assert.ok(!stage.lines.some((line) => line.includes('notifications/tasks')));
  });

  test('the interval is the server’s own, within bounds', async () => {
    for (const [asked, polledAfterMs] of [
      [1, 250],
      [5000, 5000],
      [1e9, 60_000],
      ['soon', 2000],
      [undefined, 2000],
    ] as const) {
      const stage = await TaskStage.legacy();
      stage.legacyTask(3, { pollInterval: asked });
      stage.clock.advance(polledAfterMs - 1);
      assert.equal(stage.server.all('tasks/get').length, 0, `${asked}`);
      stage.clock.advance(1);
      assert.equal(stage.server.all('tasks/get').length, 1, `${asked}`);
    }
  });

  test('a slow server is not asked twice at a time, but again when it says nothing', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.clock.advance(59_000);
    assert.equal(stage.server.all('tasks/get').length, 1);
    stage.clock.advance(2_000);
    assert.equal(stage.server.all('tasks/get').length, 2);
  });

  test('a question about the task says of which call it is', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    const _meta = { x: 1, [RELATED]: { taskId: 't1' } };
    const question = { jsonrpc: '2.0', id: 7, method: 'elicitation/create' };
    stage.server.print({ ...question, params: { message: 'which?', _meta } });
    const { params } = stage.messages.at(-1) ?? {};
    assert.deepEqual(params, { message: 'which?', _meta: { x: 1, 'mcp-task-handles/call': 3 } });
    stage.server.print({ ...question, params: { _meta: { [RELATED]: { taskId: 'unknown' } } } });
    assert.match(stage.lines.at(-1) ?? '', /related-task/);
  });

  test('a cancel of the call cancels the task, whose late answer is delivered', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3, reason: 'enough' } });
    assert.deepEqual(stage.server.last('tasks/cancel').params, { taskId: 't1' });
    assert.deepEqual(stage.server.all('notifications/cancelled'), []);
    stage.answerLast('tasks/result', TEXT_RESULT);
    assert.deepEqual(stage.answerTo(3).result, TEXT_RESULT);
    assert.equal(stage.clock.pending, 0);
  });

  test('a cancel before the task has an id is sent in both ways', async () => {
    const stage = await TaskStage.legacy();
    stage.send({ id: 3, method: 'tools/call', params: { name: 'slow' } });
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
    stage.server.answer(3, { task: { taskId: 't1', status: 'working' } });
    assert.equal(stage.server.all('tasks/cancel').length, 1);
  });

  test('of calls that were cancelled and never answered only the latest are kept in mind', async () => {
    const stage = await TaskStage.legacy();
    for (let id = 10; id <= 110; id += 1) {
      stage.send({ id, method: 'tools/call', params: { name: 'slow' } });
      stage.send({ method: 'notifications/cancelled', params: { requestId: id } });
    }
    for (const id of [10, 110]) stage.server.answer(id, { task: { taskId: `of ${id}` } });
    assert.deepEqual(
      stage.server.all('tasks/cancel').map(({ params }) => params),
      [{ taskId: 'of 110' }],
    );
  });

  test('a cancelled task is answered with what the server says of it', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    const statusMessage = 'The client wants no more';
    stage.answerLast('tasks/cancel', { taskId: 't1', status: 'cancelled', statusMessage });
    stage.answerLast('tasks/get', { taskId: 't1', status: 'cancelled', statusMessage });
    stage.refuseLast('tasks/result', -32603, 'has no result');
    assert.match(stage.errorOf(3).message, /The client wants no more/);
    assert.equal(stage.clock.pending, 0);
  });

  test('a task that ignores its cancel is not followed for ever', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    stage.clock.advance(3_600_000);
    assert.match(stage.errorOf(3).message, /nobody waits for it/);
    assert.equal(stage.clock.pending, 0);
  });

  test('an error of tasks/result is the answer when the task has failed', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.refuseLast('tasks/result', -32050, 'out of paper');
    stage.answerLast('tasks/get', { taskId: 't1', status: 'failed' });
    assert.deepEqual(stage.errorOf(3), { code: -32050, message: 'out of paper' });
  });

  test('a failed task without any answer is an error with its text', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    await stage.poll({ status: 'failed', statusMessage: 'no disk' });
    stage.clock.advance(5_000);
    assert.match(stage.errorOf(3).message, /failed on the server: no disk/);
    assert.equal(stage.clock.pending, 0);
  });

  test('a connection of tasks/result that breaks is opened again at the end', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.refuseLast('tasks/result', -32603, 'stream broken');
    stage.answerLast('tasks/get', { taskId: 't1', status: 'working', pollInterval: 1000 });
    await stage.poll({ status: 'completed' });
    assert.equal(stage.server.all('tasks/result').length, 2);
    stage.answerLast('tasks/result', TEXT_RESULT);
    assert.deepEqual(stage.answerTo(3).result, TEXT_RESULT);
  });

  test('a completed task that never gives its result is asked twice, then given up', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    await stage.poll({ status: 'completed' });
    stage.clock.advance(30_000);
    assert.equal(stage.server.all('tasks/result').length, 2);
    stage.clock.advance(30_000);
    assert.match(stage.errorOf(3).message, /completed, but never gave its result/);
    assert.equal(stage.clock.pending, 0);
  });

  test('a task that needs input has tasks/result open', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.refuseLast('tasks/result', -32603, 'not yet');
    stage.answerLast('tasks/get', { taskId: 't1', status: 'input_required', pollInterval: 1000 });
    assert.equal(stage.server.all('tasks/result').length, 2);
  });

  test('a server that has forgotten the task is an error that says so', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.clock.advance(1000);
    stage.refuseLast('tasks/get', -32602, 'Task not found');
    assert.match(stage.errorOf(3).message, /no longer knows the task/);
    assert.equal(stage.clock.pending, 0);
  });

  test('a poll that fails otherwise is repeated', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.clock.advance(1000);
    stage.refuseLast('tasks/get', -32603, 'busy');
    stage.clock.advance(1000);
    assert.equal(stage.server.all('tasks/get').length, 2);
    stage.answerLast('tasks/get', { nonsense: true });
    stage.clock.advance(1000);
    assert.equal(stage.server.all('tasks/get').length, 3);
  });

  test('a server without tasks/get may still give the result', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.clock.advance(1000);
    stage.refuseLast('tasks/get', -32601, 'what?');
    assert.equal(stage.clock.pending, 0);
    stage.answerLast('tasks/result', TEXT_RESULT);
    assert.deepEqual(stage.answerTo(3).result, TEXT_RESULT);
  });

  test('P3 a status that goes back from its end is not believed', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    await stage.poll({ status: 'failed', statusMessage: 'over' });
    const params = { taskId: 't1', status: 'working', statusMessage: 'alive!' };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tasks/status', params });
    stage.clock.advance(5_000);
    assert.match(stage.errorOf(3).message, /over/);
    assert.ok(!stage.lines.some((line) => line.includes('alive!')));
  });

  test('a second answer to the call is not the answer', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    stage.server.answer(3, { task: { taskId: 't1', status: 'working' } });
    stage.server.answer(3, { content: [] });
    assert.deepEqual(stage.answersTo(3), []);
    const result = stage.server.last('tasks/result');
    stage.server.answer(result.id, TEXT_RESULT);
    stage.server.answer(result.id, TEXT_RESULT);
    assert.deepEqual(stage.answerTo(3).result, TEXT_RESULT);
  });

  test('a task that nobody has asked for is followed all the same', async () => {
    const stage = await TaskStage.legacy([tool('fast')]);
    stage.send({ id: 3, method: 'tools/call', params: { name: 'fast' } });
    stage.server.answer(3, { task: { taskId: 't1', status: 'working' } });
    stage.answerLast('tasks/result', TEXT_RESULT);
    assert.deepEqual(stage.answerTo(3).result, TEXT_RESULT);
  });

  test('a task without an id, or with that of another, is an error', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3, { taskId: undefined });
    stage.legacyTask(4);
    stage.legacyTask(5);
    assert.match(stage.errorOf(3).message, /without an id/);
    assert.deepEqual(stage.answersTo(4), []);
    assert.match(stage.errorOf(5).message, /given to another call/);
  });
});
