import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { ENVELOPE, EXTENSION, TaskStage, TEXT_RESULT } from '../../../../support/taskStage.ts';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const QUESTION = { method: 'elicitation/create', params: { message: 'name?' } };
const ANSWER = { action: 'accept', content: { name: 'Ada' } };

/** A task that asks for its name, and the state under which it is answered. */
async function asking(requests: object = { name: QUESTION }) {
  const stage = await TaskStage.modern();
  stage.modernTask(3);
  await stage.poll({ status: 'input_required', inputRequests: requests });
  const { requestState } = stage.answerTo(3).result as JsonObject;
  return { stage, requestState };
}

suite('calls of a server with the tasks extension', () => {
  test('a call says that we understand tasks, and is the same otherwise', async () => {
    const stage = await TaskStage.modern();
    const declared = (capabilities: object) => {
      stage.modernCall(3, { _meta: { ...ENVELOPE, [CAPABILITIES]: capabilities } });
      const { _meta } = stage.server.last('tools/call').params as { _meta: JsonObject };
      return _meta[CAPABILITIES];
    };
    assert.deepEqual(declared({}), { extensions: { [EXTENSION]: {} } });
    const extensions = { ui: {}, [EXTENSION]: {} };
    assert.deepEqual(declared({ a: 1, extensions: { ui: {} } }), { a: 1, extensions });
    assert.deepEqual(declared({ extensions: { [EXTENSION]: { x: 1 } } }), {
      extensions: { [EXTENSION]: { x: 1 } },
    });
    stage.send({ id: 4, method: 'prompts/get', params: { _meta: ENVELOPE } });
    assert.deepEqual(stage.server.last('prompts/get').params, { _meta: ENVELOPE });
  });

  test('the result of the task is the answer to the call, byte for byte', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    stage.clock.advance(1000);
    const { id } = stage.server.last('tasks/get');
    stage.server.print(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete","taskId":"t1","status":"completed","result":{"content":[ ],"n":1.0}}}`,
    );
    assert.equal(
      stage.lines.at(-1),
      '{"jsonrpc":"2.0","id":3,"result":{"resultType":"complete","content":[ ],"n":1.0}}',
    );
    assert.equal(stage.clock.pending, 0);
  });

  test('a result that names its type keeps it', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    const result = { ...TEXT_RESULT, resultType: 'complete', isError: true };
    await stage.poll({ status: 'completed', result });
    assert.deepEqual(stage.answerTo(3).result, result);
  });

  test('our own requests have the envelope of the call, and nothing else of its meta', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    stage.clock.advance(1000);
    assert.deepEqual(stage.server.last('tasks/get').params, {
      taskId: 't1',
      _meta: { ...ENVELOPE, [CAPABILITIES]: { extensions: { [EXTENSION]: {} } } },
    });
  });

  test('the error of the task is the error of the call', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    const error = { code: -32050, message: 'panic', data: { x: 1 } };
    await stage.poll({ status: 'failed', error });
    assert.deepEqual(stage.answerTo(3).error, error);
  });

  test('an end without result or error is an error with the status text', async () => {
    for (const status of ['failed', 'cancelled', 'completed']) {
      const stage = await TaskStage.modern();
      stage.modernTask(3);
      await stage.poll({ status, statusMessage: 'so be it' });
      assert.match(stage.errorOf(3).message, /so be it/);
      assert.equal(stage.clock.pending, 0);
    }
  });

  test('the text of the status becomes progress of the call', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3, { statusMessage: 'one' });
    await stage.poll({ status: 'working', statusMessage: 'two' });
    assert.deepEqual(stage.progressOf(3), [
      { progress: 1, message: 'one' },
      { progress: 2, message: 'two' },
    ]);
  });

  test('a notified task may bring the end', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    const params = { taskId: 't1', status: 'completed', result: TEXT_RESULT };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tasks', params });
    assert.deepEqual(stage.answerTo(3).result, { resultType: 'complete', ...TEXT_RESULT });
    assert.equal(stage.clock.pending, 0);
  });

  test('an answer at once, or one that asks before there is a task, passes', async () => {
    const stage = await TaskStage.modern();
    stage.modernCall(3);
    const mrtr = { resultType: 'input_required', inputRequests: {}, requestState: 'theirs' };
    stage.server.answer(3, mrtr);
    assert.deepEqual(stage.answerTo(3).result, mrtr);
    stage.modernCall(4, { requestState: 'theirs', inputResponses: {} });
    assert.equal((stage.server.last('tools/call').params as JsonObject).requestState, 'theirs');
  });

  test('a question of the task answers the call; its retry answers the task', async () => {
    const { stage, requestState } = await asking();
    assert.deepEqual(stage.answerTo(3).result, {
      resultType: 'input_required',
      inputRequests: { name: QUESTION },
      requestState,
    });
    assert.match(String(requestState), /^[\w-]{22}$/);
    stage.clock.advance(10_000);
    assert.equal(stage.server.all('tasks/get').length, 1, 'nothing is polled meanwhile');

    stage.modernCall(5, { requestState, inputResponses: { name: ANSWER } });
    assert.equal(stage.server.all('tools/call').length, 1, 'P2: not called again');
    const { taskId, inputResponses } = stage.server.last('tasks/update').params as JsonObject;
    assert.deepEqual([taskId, inputResponses], ['t1', { name: ANSWER }]);
    stage.answerLast('tasks/update', { resultType: 'complete' });
    stage.answerLast('tasks/get', { taskId: 't1', status: 'completed', result: TEXT_RESULT });
    assert.deepEqual(stage.answerTo(5).result, { resultType: 'complete', ...TEXT_RESULT });
    assert.equal(stage.clock.pending, 0);
  });

  test('a question that was answered is not put again, one that was not is', async () => {
    const requests = { name: QUESTION, age: QUESTION };
    const { stage, requestState } = await asking(requests);
    stage.modernCall(5, { requestState, inputResponses: { name: ANSWER } });
    stage.answerLast('tasks/update', { resultType: 'complete' });
    const inputRequests = requests;
    stage.answerLast('tasks/get', { taskId: 't1', status: 'input_required', inputRequests });
    const again = stage.answerTo(5).result as JsonObject;
    assert.deepEqual(again.inputRequests, { age: QUESTION });
    assert.notEqual(again.requestState, requestState);

    stage.modernCall(6, { requestState: again.requestState, inputResponses: { age: ANSWER } });
    stage.answerLast('tasks/update', { resultType: 'complete' });
    stage.answerLast('tasks/get', { taskId: 't1', status: 'input_required', inputRequests });
    assert.deepEqual(stage.answersTo(6), [], 'the server has not taken it in yet');
    stage.clock.advance(2_000);
    assert.equal(stage.server.all('tasks/get').length, 4);
  });

  test('an answer that the server refuses is an error of the call while it still asks', async () => {
    const { stage, requestState } = await asking();
    stage.modernCall(5, { requestState, inputResponses: { name: {} } });
    stage.refuseLast('tasks/update', -32602, 'that is no name');
    stage.answerLast('tasks/get', {
      taskId: 't1',
      status: 'input_required',
      inputRequests: { name: QUESTION },
    });
    assert.deepEqual(stage.errorOf(5), { code: -32602, message: 'that is no name' });
    assert.equal(stage.clock.pending, 0);
  });

  test('a refused answer to a task that has ended meanwhile is forgotten', async () => {
    const { stage, requestState } = await asking();
    stage.modernCall(5, { requestState, inputResponses: { name: ANSWER } });
    stage.refuseLast('tasks/update', -32602, 'too late');
    stage.answerLast('tasks/get', { taskId: 't1', status: 'completed', result: TEXT_RESULT });
    assert.deepEqual(stage.answerTo(5).result, { resultType: 'complete', ...TEXT_RESULT });
  });

  test('a state is good for one retry', async () => {
    const { stage, requestState } = await asking();
    stage.modernCall(5, { requestState, inputResponses: { name: ANSWER } });
    stage.modernCall(6, { requestState, inputResponses: { name: ANSWER } });
    assert.equal(stage.server.all('tasks/update').length, 1);
    assert.equal((stage.server.last('tools/call').params as JsonObject).requestState, requestState);
  });

  test('the end that comes while nobody has answered waits for the retry', async () => {
    const { stage, requestState } = await asking();
    const params = { taskId: 't1', status: 'completed', result: TEXT_RESULT };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tasks', params });
    stage.modernCall(5, { requestState, inputResponses: { name: ANSWER } });
    stage.answerLast('tasks/update', { resultType: 'complete' });
    stage.answerLast('tasks/get', params);
    assert.deepEqual(stage.answerTo(5).result, { resultType: 'complete', ...TEXT_RESULT });
  });

  test('input that never comes is waited for a day', async () => {
    const { stage, requestState } = await asking();
    assert.equal(stage.clock.pending, 1);
    stage.clock.advance(86_400_000);
    assert.equal(stage.clock.pending, 0);
    stage.modernCall(5, { requestState, inputResponses: {} });
    assert.equal(stage.server.all('tasks/update').length, 0);
  });

  test('a cancel of the call cancels the task, which may end as it likes', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    assert.equal((stage.server.last('tasks/cancel').params as JsonObject).taskId, 't1');
    assert.deepEqual(stage.server.all('notifications/cancelled'), []);
    stage.answerLast('tasks/cancel', { resultType: 'complete' });
    stage.answerLast('tasks/get', { taskId: 't1', status: 'completed', result: TEXT_RESULT });
    assert.deepEqual(stage.answerTo(3).result, { resultType: 'complete', ...TEXT_RESULT });
    assert.equal(stage.clock.pending, 0);
  });

  test('a task that waits for input can be cancelled by its last call', async () => {
    const { stage } = await asking();
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    stage.answerLast('tasks/cancel', { resultType: 'complete' });
    stage.answerLast('tasks/get', { taskId: 't1', status: 'cancelled' });
    assert.equal(stage.answersTo(3).length, 1, 'its call was answered before');
    assert.equal(stage.clock.pending, 0);
  });

  test('a task that ignores its cancel is not followed for ever', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    stage.clock.advance(3_600_000);
    assert.match(stage.errorOf(3).message, /nobody waits/);
    assert.equal(stage.clock.pending, 0);
  });

  test('a server that has forgotten the task is an error that says so', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    stage.clock.advance(1000);
    stage.refuseLast('tasks/get', -32602, 'Task not found');
    assert.match(stage.errorOf(3).message, /no longer knows the task/);
  });

  test('a poll that fails otherwise, or tells nonsense, is repeated', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3);
    stage.clock.advance(1000);
    stage.refuseLast('tasks/get', -32603, 'busy');
    stage.clock.advance(1000);
    stage.answerLast('tasks/get', { status: 'completed' });
    stage.clock.advance(1000);
    assert.equal(stage.server.all('tasks/get').length, 3);
    assert.deepEqual(stage.answersTo(3), []);
  });

  test('a task without an id is an error, a second answer is not the answer', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3, { taskId: 7 });
    assert.match(stage.errorOf(3).message, /without an id/);
    stage.modernTask(4);
    stage.server.answer(4, { resultType: 'complete', content: [] });
    assert.deepEqual(stage.answersTo(4), []);
  });

  test('a task that needs input from the start is looked at right away', async () => {
    const stage = await TaskStage.modern();
    stage.modernTask(3, { status: 'input_required' });
    assert.equal(stage.server.all('tasks/get').length, 1);
  });
});
