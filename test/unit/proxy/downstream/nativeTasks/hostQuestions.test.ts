import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { turn } from '../../../../support/fakeHost.ts';
import { d1Host, withLegacyTask } from '../../../../support/nativeHost.ts';

const RELATED = 'io.modelcontextprotocol/related-task';
const ELICIT = { elicitation: { form: {} } };

/** A task that has asked while nobody was attached, and a host that comes for its result. */
async function askedTask(capabilities: object = ELICIT) {
  const { stage, handle, upstreamId } = await withLegacyTask();
  const answers: object[] = [];
  const ask = async (key: string) => {
    const params = { message: key, requestedSchema: { type: 'object' } };
    const question = { key, method: 'elicitation/create', params };
    stage.context.questions.ask(handle, question, (answer) => answers.push(answer));
    await turn();
  };
  await ask('a');
  const host = stage.connect({ nativeTasks: 'optional' });
  await host.initialize({ protocolVersion: '2025-11-25', capabilities });
  host.request('r', 'tasks/result', { taskId: handle });
  await turn();
  return { stage, host, handle, upstreamId, ask, answers };
}

suite('what a task has asked', () => {
  test('goes to a host that waits for its result, and names the task', async () => {
    const { stage, host, handle, upstreamId, answers } = await askedTask();
    const [question, ...more] = host.notifications('elicitation/create');
    assert.deepEqual(more, []);
    const { _meta } = (question?.params ?? {}) as JsonObject;
    assert.deepEqual(_meta, { [RELATED]: { taskId: handle } });
    host.send({ jsonrpc: '2.0', id: question?.id, result: { action: 'accept' } });
    await turn();
    assert.deepEqual(answers, [{ action: 'accept' }]);
    assert.equal(stage.task.status, 'working');
    stage.channels[0]?.answer(upstreamId, { content: [] });
    await turn();
    assert.deepEqual(host.resultOf('r').content, []);
  });

  test('is asked once, later questions as well, and taken back when answered elsewhere', async () => {
    const { stage, host, handle, ask } = await askedTask();
    await ask('b');
    const questions = host.notifications('elicitation/create');
    const messages = questions.map(({ params }) => (params as JsonObject).message);
    assert.deepEqual(messages, ['a', 'b']);
    stage.context.questions.answer(handle, 'a', { action: 'decline' });
    const [cancel] = host.notifications('notifications/cancelled');
    const { requestId } = (cancel?.params ?? {}) as JsonObject;
    assert.equal(requestId, questions[0]?.id);
    host.send({ jsonrpc: '2.0', id: questions[0]?.id, result: { action: 'accept' } });
    assert.equal(stage.context.questions.of(handle).length, 1, 'too late for an answer');
    await stage.passTime(0);
  });

  test('is taken back when the task has ended', async () => {
    const { stage, host, handle } = await askedTask();
    const [question] = host.notifications('elicitation/create');
    await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    await turn();
    const [cancel, ...more] = host.notifications('notifications/cancelled');
    assert.deepEqual(cancel?.params, { requestId: question?.id, reason: 'No longer asked.' });
    assert.deepEqual(more, []);
  });

  test('P8 has an answer of this host’s, as the audit trail says', async () => {
    const { stage, host } = await askedTask();
    const [question] = host.notifications('elicitation/create');
    host.send({ jsonrpc: '2.0', id: question?.id, result: { action: 'accept' } });
    await turn();
    const row = stage.audit.rows.find(({ action }) => action === 'input_provided');
    const client = { name: 'fake host', version: '1' };
    assert.deepEqual([row?.principal.door, row?.principal.client], ['agent', client]);
  });

  test('is left to others where the host answers with an error', async () => {
    const { stage, host, handle, ask, answers } = await askedTask();
    const [question] = host.notifications('elicitation/create');
    host.send({ jsonrpc: '2.0', id: question?.id, error: { code: -1, message: 'no' } });
    await turn();
    assert.deepEqual(answers, []);
    assert.equal(stage.context.questions.of(handle).length, 1);
    await ask('b');
    const messages = host
      .notifications('elicitation/create')
      .map(({ params }) => (params as JsonObject).message);
    assert.deepEqual(messages, ['a', 'b'], 'nor asked again');
    stage.context.questions.answer(handle, 'a', { action: 'decline' });
    assert.deepEqual(host.notifications('notifications/cancelled'), []);
    await stage.passTime(0);
  });

  test('is not put to a host that cannot answer it', async () => {
    const { stage, host } = await askedTask({});
    assert.deepEqual(host.notifications('elicitation/create'), []);
    await stage.passTime(0);
  });

  test('does not take the answers to the server’s own questions', async () => {
    const { stage, host } = await d1Host();
    stage.server.print({ jsonrpc: '2.0', id: 7, method: 'roots/list' });
    host.send({ jsonrpc: '2.0', id: 7, result: { roots: [] } });
    assert.match(stage.server.sent.at(-1) ?? '', /"roots":\[\]/);
  });
});
