import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { LegacyOverModern } from '../../../../../src/proxy/upstream/eras/legacyOverModern.ts';
import { EraStage, MODERN } from '../../../../support/eraStage.ts';
import { parsed, type Script } from '../../../../support/fakeChannel.ts';

const discovers: Script = ({ method }) =>
  method === 'server/discover'
    ? { resultType: 'complete', supportedVersions: [MODERN], capabilities: {} }
    : undefined;

const ASKS_NAME = { method: 'elicitation/create', params: { message: 'Name?', n: 1 } };
const ASKS_ROOTS = { method: 'roots/list' };
const DONE = { resultType: 'complete', content: [] };

async function called(capabilities: object = { elicitation: {}, roots: {} }): Promise<EraStage> {
  const stage = new EraStage(discovers);
  stage.attach(new LegacyOverModern(stage.server, stage.options));
  await stage.ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities });
  await stage.ask(2, 'tools/call', { name: 'greet', _meta: { progressToken: 2 } });
  return stage;
}

async function asks(stage: EraStage, id: unknown, inputRequests: object, state?: string) {
  const requestState = state === undefined ? {} : { requestState: state };
  await stage.print({
    id,
    result: { resultType: 'input_required', inputRequests, ...requestState },
  });
}

function question(stage: EraStage, method = 'elicitation/create'): JsonObject {
  return stage.toldOf(method).at(-1) ?? assert.fail('the client was asked nothing');
}

/** The call that reached the server last. */
function lastCall(stage: EraStage): { id: unknown; params: JsonObject } {
  const { id, params } = stage.server.last('tools/call');
  return { id, params: params as JsonObject };
}

suite('what a modern server asks, asked of a legacy client', () => {
  test('comes as a request; the call is made again with the answer and the exact state', async () => {
    const stage = await called();
    await asks(stage, 2, { user: ASKS_NAME }, 's"\\u00e9');
    const { id, params } = question(stage);
    assert.deepEqual(params, { ...ASKS_NAME.params, _meta: { 'mcp-task-handles/call': 2 } });
    assert.equal(stage.answersTo(2).length, 0);
    await stage.send({ id, result: { action: 'accept', content: { name: 'Ada' } } });
    const retry = lastCall(stage);
    assert.notEqual(retry.id, 2);
    assert.equal(retry.params.name, 'greet');
    assert.equal(retry.params.requestState, 's"\\u00e9');
    const user = { action: 'accept', content: { name: 'Ada' } };
    assert.deepEqual(retry.params.inputResponses, { user });
    assert.equal((retry.params._meta as JsonObject).progressToken, 2);
    await stage.print({ id: retry.id, result: DONE });
    assert.deepEqual(stage.resultOf(2), { content: [] });
  });

  test('goes over several rounds, each with its own state and answers only', async () => {
    const stage = await called();
    await asks(stage, 2, { a: ASKS_NAME }, 'one');
    await stage.send({ id: question(stage).id, result: { action: 'decline' } });
    const second = lastCall(stage);
    await asks(stage, second.id, { b: ASKS_ROOTS });
    await stage.send({ id: question(stage, 'roots/list').id, result: { roots: [] } });
    const third = lastCall(stage);
    assert(third.id !== second.id && third.id !== 2);
    assert.deepEqual(third.params.inputResponses, { b: { roots: [] } });
    assert(!('requestState' in third.params), 'the server has sent none this time');
    await stage.print({ id: third.id, result: DONE });
    assert.equal(stage.answersTo(2).length, 1);
  });

  test('has the id that a page to visit had before 2026', async () => {
    const stage = await called();
    const page = { mode: 'url', message: 'Log in', url: 'https://a.example' };
    await asks(stage, 2, { page: { method: 'elicitation/create', params: page } });
    const { id, params } = question(stage);
    const { elicitationId, url } = params as JsonObject;
    assert.deepEqual([elicitationId, url], [String(id), page.url]);
  });

  test('waits for all answers of a round', async () => {
    const stage = await called();
    await asks(stage, 2, { a: ASKS_NAME, b: ASKS_ROOTS }, 's');
    await stage.send({ id: question(stage, 'roots/list').id, result: { roots: [] } });
    assert.equal(stage.server.all('tools/call').length, 1);
    await stage.send({ id: question(stage).id, result: { action: 'cancel' } });
    const { inputResponses } = lastCall(stage).params;
    assert.deepEqual(inputResponses, { b: { roots: [] }, a: { action: 'cancel' } });
  });

  test('and answered with an error, ends the call in words; what else was asked is withdrawn', async () => {
    const stage = await called();
    await asks(stage, 2, { a: ASKS_NAME, b: ASKS_ROOTS });
    const { id } = question(stage, 'roots/list');
    await stage.send({ id: question(stage).id, error: { code: -1, message: 'User said no' } });
    assert.match(String(stage.errorOf(2).message), /elicitation\/create.*User said no/);
    assert.deepEqual(stage.toldOf('notifications/cancelled').at(-1)?.params, { requestId: id });
    await stage.send({ id, result: { roots: [] } });
    assert.equal(stage.server.all('tools/call').length, 1);
  });

  test('is not asked of a client that cannot answer', async () => {
    const stage = await called({ roots: {} });
    await asks(stage, 2, { a: ASKS_ROOTS, b: ASKS_NAME });
    assert.equal(stage.toldOf('roots/list').length, 0);
    assert.match(String(stage.errorOf(2).message), /elicitation\/create/);
  });

  for (const [what, inputRequests] of [
    ['no object', ['x']],
    ['a question that does not exist', { a: { method: 'tools/call' } }],
    ['a question without a method', { a: {} }],
    ['nothing at all', {}],
  ] as const) {
    test(`that is ${what} ends the call with an error`, async () => {
      const stage = await called();
      await asks(stage, 2, inputRequests);
      assert.equal(stage.errorOf(2).code, -32603);
    });
  }

  test('a state without questions only means: call again, a little later', async () => {
    const stage = await called();
    await stage.print({ id: 2, result: { resultType: 'input_required', requestState: 's' } });
    assert.equal(stage.server.all('tools/call').length, 1);
    stage.clock.advance(1_000);
    const { params } = lastCall(stage);
    assert.equal(params.requestState, 's');
    assert(!('inputResponses' in params));
  });

  test('a server that asks without an end is given up', async () => {
    const stage = await called();
    for (let round = 0; round <= 100; round += 1) {
      const { id } = lastCall(stage);
      await stage.print({ id, result: { resultType: 'input_required', requestState: 's' } });
      stage.clock.advance(1_000);
    }
    assert.match(String(stage.errorOf(2).message), /100 rounds/);
    assert.equal(stage.clock.pending, 0);
  });

  test('a cancel during a question withdraws it and ends the call', async () => {
    const stage = await called();
    await asks(stage, 2, { a: ASKS_NAME }, 's');
    const { id } = question(stage);
    await stage.send({ method: 'notifications/cancelled', params: { requestId: 2 } });
    assert.deepEqual(stage.toldOf('notifications/cancelled').at(-1)?.params, { requestId: id });
    assert.equal(stage.answersTo(2).length, 1);
    assert.equal(stage.server.all('notifications/cancelled').length, 0);
    await stage.send({ id, result: { action: 'accept' } });
    assert.equal(stage.server.all('tools/call').length, 1);
  });

  test('a cancel reaches the retry that is in flight, which then asks in vain', async () => {
    const stage = await called();
    await asks(stage, 2, { a: ASKS_NAME }, 's');
    await stage.send({ id: question(stage).id, result: { action: 'accept' } });
    const { id } = lastCall(stage);
    const params = { requestId: 2, reason: 'x' };
    await stage.send({ method: 'notifications/cancelled', params });
    const cancelled = stage.server.last('notifications/cancelled').params;
    assert.deepEqual(cancelled, { requestId: id, reason: 'x' });
    await asks(stage, id, { again: ASKS_NAME });
    assert.equal(stage.toldOf('elicitation/create').length, 1);
    assert.equal(stage.errorOf(2).code, -32603, 'whoever still waits hears that it has ended');
  });

  test('a cancel before any question goes as it came', async () => {
    const stage = await called();
    await stage.send({ method: 'notifications/cancelled', params: { requestId: 2 } });
    assert.deepEqual(stage.server.last('notifications/cancelled').params, { requestId: 2 });
  });

  test('a server that answers twice is heard once', async () => {
    const stage = await called();
    await asks(stage, 2, { a: ASKS_NAME }, 's');
    await asks(stage, 2, { a: ASKS_NAME }, 's');
    await stage.print({ id: 2, result: DONE });
    assert.equal(stage.toldOf('elicitation/create').length, 1);
    const { id } = question(stage);
    await stage.send({ id, result: { action: 'accept' } });
    await stage.send({ id, result: { action: 'accept' } });
    assert.equal(stage.server.all('tools/call').length, 2);
  });

  test('P5 where a retry goes on is told of the call', async () => {
    const stage = await called();
    const news: number[] = [];
    const bridge = new LegacyOverModern(stage.server, stage.options);
    bridge.onRemote(({ requestId }) => news.push(requestId));
    bridge.send('{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"a"}}');
    const result = { resultType: 'input_required', requestState: 's' };
    await stage.print({ id: 5, result });
    stage.clock.advance(1_000);
    const remote = {
      era: 'modern' as const,
      url: null,
      sessionId: null,
      protocolVersion: MODERN,
      taskId: 't',
      requestId: null,
      lastEventId: null,
    };
    stage.server.tellRemote({ requestId: Number(lastCall(stage).id), remote });
    stage.server.tellRemote({ requestId: 8, remote });
    assert.deepEqual(news, [5, 8]);
    assert(parsed(stage.server.sent[0] ?? ''));
  });
});
