import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { ModernOverLegacy } from '../../../../../src/proxy/upstream/eras/modernOverLegacy.ts';
import type { RemoteWork } from '../../../../../src/registry/taskRecord.ts';
import { EraStage, envelope } from '../../../../support/eraStage.ts';
import { parsed } from '../../../../support/fakeChannel.ts';

const CAPABLE = { elicitation: {}, roots: {} };
const ELICIT = { method: 'elicitation/create', params: { message: 'Name?' } };
const DONE = { content: [] };
const PAGE = { mode: 'url', message: 'Log in', url: 'https://a.example', elicitationId: 'e1' };
const VISIT_FIRST = { code: -32042, message: 'Visit first', data: { elicitations: [PAGE] } };

interface Round {
  resultType: string;
  inputRequests: { [key: string]: JsonObject };
  requestState: string;
}

class QuestionStage extends EraStage {
  readonly news: { requestId: number; remote: RemoteWork }[] = [];

  constructor() {
    super();
    const bridge = new ModernOverLegacy(this.server, {
      clock: this.clock,
      initializeResult: '{"capabilities":{"tools":{}}}',
    });
    bridge.onRemote((news) => this.news.push(news));
    this.attach(bridge);
  }

  async call(id: number, params: object = {}, capabilities: object = CAPABLE): Promise<void> {
    const _meta = { ...envelope(capabilities), progressToken: id };
    await this.ask(id, 'tools/call', { name: 'greet', _meta, ...params });
  }

  /** The server asks for a name. */
  async serverAsks(id: string, params: object = {}): Promise<void> {
    await this.print({ id, ...ELICIT, params: { ...ELICIT.params, ...params } });
  }

  round(id: number): Round & { key: string } {
    const round = this.resultOf(id) as Round;
    assert.equal(round.resultType, 'input_required');
    return { ...round, key: Object.keys(round.inputRequests)[0] ?? '' };
  }

  async answer(id: number, round: Round & { key: string }): Promise<void> {
    const inputResponses = { [round.key]: { action: 'accept', content: { id } } };
    await this.call(id, { inputResponses, requestState: round.requestState });
  }

  /** What the server was answered under this id. */
  answered(id: string): JsonObject {
    const answers = this.server.sent.map(parsed).filter((message) => message.id === id);
    assert.equal(answers.length, 1);
    return answers[0] ?? {};
  }
}

async function asked(): Promise<QuestionStage> {
  const stage = new QuestionStage();
  await stage.call(1);
  await stage.serverAsks('s1');
  return stage;
}

suite('what a legacy server asks, asked of a modern client', () => {
  test('ends its request; the next one brings the answer and waits for the same call', async () => {
    const stage = await asked();
    const round = stage.round(1);
    assert.deepEqual(round.inputRequests, { [round.key]: ELICIT });
    await stage.answer(2, round);
    const { result } = stage.answered('s1');
    assert.deepEqual(result, { action: 'accept', content: { id: 2 } });
    assert.equal(stage.server.all('tools/call').length, 1, 'P2 nothing is run again');
    await stage.print({ id: 1, result: DONE });
    assert.deepEqual(stage.resultOf(2), { resultType: 'complete', ...DONE });
    assert.equal(stage.answersTo(1).length, 1);
    assert.equal(stage.clock.pending, 0);
  });

  test('has keys and states that are never used again', async () => {
    const stage = await asked();
    const first = stage.round(1);
    await stage.answer(2, first);
    await stage.serverAsks('s2');
    const second = stage.round(2);
    assert.notEqual(first.key, second.key);
    assert.notEqual(first.requestState, second.requestState);
    assert(first.requestState.length >= 22, '128 bits');
    await stage.answer(3, first);
    assert.equal(stage.errorOf(3).code, -32602);
    await stage.answer(4, second);
    await stage.print({ id: 1, result: DONE });
    assert.equal((stage.resultOf(4) as Round).resultType, 'complete');
  });

  test('together comes together', async () => {
    const stage = new QuestionStage();
    await stage.call(1);
    stage.server.print({ jsonrpc: '2.0', id: 's1', ...ELICIT });
    stage.server.print({ jsonrpc: '2.0', id: 's2', method: 'roots/list' });
    await stage.print({ method: 'x' });
    const { inputRequests, requestState } = stage.round(1);
    const [name, roots] = Object.keys(inputRequests);
    assert.deepEqual(Object.values(inputRequests), [ELICIT, { method: 'roots/list' }]);
    const inputResponses = { [roots ?? '']: { roots: [] } };
    await stage.call(2, { inputResponses, requestState });
    assert.deepEqual(stage.answered('s2').result, { roots: [] });
    assert.deepEqual(stage.round(2).key, name, 'what was left out is asked again');
  });

  test('while the client is away waits for it', async () => {
    const stage = await asked();
    await stage.serverAsks('s2');
    const first = stage.round(1);
    await stage.answer(2, first);
    await stage.answer(3, stage.round(2));
    assert.deepEqual(stage.answered('s2').result, { action: 'accept', content: { id: 3 } });
  });

  test('answered under a key that nobody has asked under is asked again', async () => {
    const stage = await asked();
    const { requestState } = stage.round(1);
    await stage.call(2, { inputResponses: { wrong: {} }, requestState });
    assert.deepEqual(Object.values(stage.round(2).inputRequests), [ELICIT]);
  });

  for (const inputResponses of [null, 7, ['a'], { user: 12345 }, { user: null }]) {
    test(`answered with ${JSON.stringify(inputResponses)} is an error, and goes on waiting`, async () => {
      const stage = await asked();
      const round = stage.round(1);
      await stage.call(2, { inputResponses, requestState: round.requestState });
      assert.equal(stage.errorOf(2).code, -32602);
      await stage.answer(3, round);
      assert('result' in stage.answered('s1'));
    });
  }

  test('an unknown state is refused, and so is one of another method', async () => {
    const stage = await asked();
    const { requestState } = stage.round(1);
    await stage.call(2, { inputResponses: {}, requestState: `${requestState}-TAMPERED` });
    assert.equal(stage.errorOf(2).code, -32602);
    await stage.ask(3, 'prompts/get', { name: 'greet', _meta: envelope(), requestState });
    assert.equal(stage.errorOf(3).code, -32602);
  });

  test('answers to nothing are left out of a new call', async () => {
    const stage = new QuestionStage();
    await stage.call(1, { inputResponses: { user: {} }, arguments: { a: 1 } });
    const { params } = stage.server.last('tools/call');
    assert.deepEqual(params, { name: 'greet', _meta: { progressToken: 1 }, arguments: { a: 1 } });
  });

  test('an answer of the server while the client is away is told, and kept for it; a second is not', async () => {
    const stage = await asked();
    const round = stage.round(1);
    await stage.print({ id: 1, result: DONE });
    await stage.print({ id: 1, result: { content: ['again'] } });
    assert.deepEqual(stage.resultOf(1), { resultType: 'complete', ...DONE });
    assert.equal(stage.answersTo(1).length, 2);
    await stage.answer(2, round);
    assert.deepEqual(stage.resultOf(2), { resultType: 'complete', ...DONE });
    assert.equal(stage.server.sent.map(parsed).filter(({ id }) => id === 's1').length, 0);
  });

  test('does not go to a call that the server has answered', async () => {
    const stage = await asked();
    await stage.print({ id: 1, result: DONE });
    await stage.serverAsks('s2');
    assert('error' in stage.answered('s2'), 'no other call waits');
    await stage.call(5);
    await stage.serverAsks('s3');
    assert.deepEqual(Object.values(stage.round(5).inputRequests), [ELICIT]);
    await stage.serverAsks('s4', { _meta: { 'mcp-task-handles/call': 1 } });
    assert('error' in stage.answered('s4'), 'nor is it passed to another call than the named one');
  });

  test('an answer that its client never fetches is forgotten without a cancel', async () => {
    const stage = await asked();
    const round = stage.round(1);
    await stage.print({ id: 1, result: DONE });
    stage.clock.advance(3_600_000);
    assert.equal(stage.server.all('notifications/cancelled').length, 0);
    await stage.answer(2, round);
    assert.equal(stage.errorOf(2).code, -32602);
  });

  test('withdrawn by the server before it was asked, is not asked', async () => {
    const stage = new QuestionStage();
    await stage.call(1);
    stage.server.print({ jsonrpc: '2.0', id: 's1', ...ELICIT });
    await stage.print({ method: 'notifications/cancelled', params: { requestId: 's1' } });
    assert.equal(stage.answersTo(1).length, 0);
  });

  test('withdrawn afterwards, its answer is for nobody and the call goes on', async () => {
    const stage = await asked();
    await stage.print({ method: 'notifications/cancelled', params: { requestId: 's1' } });
    await stage.answer(2, stage.round(1));
    assert.equal(stage.server.sent.map(parsed).filter(({ id }) => id === 's1').length, 0);
    await stage.print({ id: 1, result: DONE });
    assert.equal(stage.answersTo(2).length, 1);
  });

  test('is refused for a client that has said it cannot', async () => {
    const stage = new QuestionStage();
    await stage.call(1, {}, { roots: {} });
    await stage.serverAsks('s1');
    assert.equal((stage.answered('s1').error as JsonObject).code, -32601);
    assert.equal(stage.answersTo(1).length, 0);
  });

  test('belongs to the tool call that began last, or to the only request there is', async () => {
    const stage = new QuestionStage();
    await stage.call(1);
    await stage.call(2);
    await stage.ask(3, 'prompts/get', { name: 'p', _meta: envelope(CAPABLE) });
    await stage.serverAsks('s1');
    assert(stage.round(2));
    const alone = new QuestionStage();
    await alone.ask(3, 'prompts/get', { name: 'p', _meta: envelope(CAPABLE) });
    await alone.serverAsks('s1');
    assert(alone.round(3));
  });

  test('belongs to the call that the task layer names, whose mark the client is not shown', async () => {
    const stage = new QuestionStage();
    await stage.call(1);
    await stage.call(2);
    await stage.serverAsks('s1', { _meta: { 'mcp-task-handles/call': 1 } });
    assert.deepEqual(Object.values(stage.round(1).inputRequests), [ELICIT]);
  });

  test('P5 where the work goes on is told under each id of the call', async () => {
    const stage = await asked();
    stage.server.tellRemote({ requestId: 1, remote: remoteTask('t1') });
    assert.deepEqual(stage.news, [], 'nobody waits for the answer just now');
    await stage.answer(2, stage.round(1));
    stage.server.tellRemote({ requestId: 7, remote: remoteTask('t7') });
    assert.deepEqual(
      stage.news.map(({ requestId }) => requestId),
      [2, 7],
    );
  });

  test('progress goes on under the token of the request that waits', async () => {
    const stage = await asked();
    const progress = {
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 3 },
    };
    await stage.print(progress);
    assert.equal(stage.toldOf('notifications/progress').length, 0);
    await stage.answer(2, stage.round(1));
    await stage.print(progress);
    const [told] = stage.toldOf('notifications/progress');
    assert.deepEqual(told?.params, { progressToken: 2, progress: 3 });
  });

  test('a cancel of the request that waits reaches the call, whose late answer is still told', async () => {
    const stage = await asked();
    await stage.answer(2, stage.round(1));
    await stage.serverAsks('s2');
    await stage.answer(3, stage.round(2));
    await stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    assert.deepEqual(stage.server.last('notifications/cancelled').params, { requestId: 1 });
    await stage.print({ id: 1, error: { code: -32603, message: 'stopped' } });
    assert.equal(stage.errorOf(3).message, 'stopped');
  });

  test('a cancel while the client is asked ends the call, the question and the state', async () => {
    const stage = await asked();
    const round = stage.round(1);
    await stage.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    assert.deepEqual(stage.server.last('notifications/cancelled').params, { requestId: 1 });
    assert('error' in stage.answered('s1'));
    await stage.answer(2, round);
    assert.equal(stage.errorOf(2).code, -32602);
    assert.equal(stage.clock.pending, 0);
  });

  test('of a client that does not come again is given up after an hour', async () => {
    const stage = await asked();
    stage.clock.advance(3_600_000);
    assert('error' in stage.answered('s1'));
    const { requestId } = stage.server.last('notifications/cancelled').params as JsonObject;
    assert.equal(requestId, 1);
  });

  test('a page to visit before the call is asked for, and the call made again afterwards', async () => {
    const stage = new QuestionStage();
    await stage.call(1);
    await stage.print({ id: 1, error: VISIT_FIRST });
    const round = stage.round(1);
    const { elicitationId: _id, ...params } = PAGE;
    assert.deepEqual(round.inputRequests, { 'page-1': { method: 'elicitation/create', params } });
    await stage.answer(2, round);
    const { id, params: again } = stage.server.last('tools/call');
    assert.equal(id, 2);
    assert.deepEqual(again, { name: 'greet', _meta: { progressToken: 2 } });
    await stage.print({ id: 2, result: DONE });
    assert.deepEqual(stage.resultOf(2), { resultType: 'complete', ...DONE });
    await stage.answer(3, round);
    assert.equal(stage.errorOf(3).code, -32602, 'a state is used once');
    assert.equal(stage.clock.pending, 0);
  });

  test('a page that the person does not visit leaves the call refused', async () => {
    const stage = new QuestionStage();
    await stage.call(1);
    await stage.print({ id: 1, error: VISIT_FIRST });
    const { requestState } = stage.round(1);
    await stage.call(2, { inputResponses: { 'page-1': { action: 'decline' } }, requestState });
    assert.equal(stage.errorOf(2).code, -32603);
    assert.equal(stage.server.all('tools/call').length, 1);
  });

  test('a page is not asked for of a client that is asked nothing', async () => {
    const stage = new QuestionStage();
    await stage.call(1, {}, {});
    await stage.print({ id: 1, error: VISIT_FIRST });
    assert.equal(stage.errorOf(1).code, -32603);
  });

  test('a server that has gone leaves no timer behind', async () => {
    const stage = await asked();
    assert.equal(stage.clock.pending, 1);
    stage.server.exit({});
    assert.equal(stage.clock.pending, 0);
  });
});

function remoteTask(taskId: string): RemoteWork {
  return {
    era: 'legacy',
    url: null,
    sessionId: null,
    protocolVersion: '2025-11-25',
    taskId,
    requestId: null,
    lastEventId: null,
  };
}
