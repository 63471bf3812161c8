import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { faultOfResponse } from '../../../../src/proxy/downstream/elicitationFault.ts';
import { type FakeHost, turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const ASK = {
  method: 'elicitation/create',
  params: {
    message: 'Which branch?',
    requestedSchema: { type: 'object', properties: { branch: { type: 'string' } } },
  },
};
const ANSWER = { action: 'accept', content: { branch: 'main' } };

async function settle(): Promise<void> {
  for (let step = 0; step < 4; step += 1) await turn();
}

async function taskOf(stage: ProxyStage): Promise<FakeHost> {
  const host = await stage.greeted({ policy: 'always' });
  host.callTool(1, 'build', { arguments: { n: 1 } });
  await settle();
  return host;
}

function asksRound(stage: ProxyStage, key: string, requestState: string): void {
  const { id } = stage.server.last('tools/call');
  const inputRequests = { [key]: ASK };
  stage.server.answer(id, { resultType: 'input_required', inputRequests, requestState });
}

suite('questions of a task', () => {
  test('P3 a round of a modern server makes the task wait, and its answers send the call again', async () => {
    const stage = new ProxyStage();
    await taskOf(stage);
    const { handle } = stage.task;
    asksRound(stage, 'branch', 's1');
    await settle();
    assert.equal(stage.task.status, 'input_required');
    assert.ok(stage.context.questions.answer(handle, 'branch', ANSWER));
    await settle();
    assert.equal(stage.task.status, 'working');
    const { params } = stage.server.last('tools/call');
    const { inputResponses, requestState, arguments: given } = params as Record<string, unknown>;
    assert.deepEqual([inputResponses, requestState], [{ branch: ANSWER }, 's1']);
    assert.deepEqual(given, { n: 1 });
    stage.server.answer(stage.server.last('tools/call').id, { content: [] });
    await settle();
    assert.equal(stage.task.status, 'completed');
  });

  test('a key that comes again is another question, and the last state is the one given back', async () => {
    const stage = new ProxyStage();
    await taskOf(stage);
    const { handle } = stage.task;
    asksRound(stage, 'k', 's1');
    await settle();
    stage.context.questions.answer(handle, 'k', ANSWER);
    await settle();
    asksRound(stage, 'k', 's2');
    await settle();
    assert.deepEqual(
      stage.context.questions.of(handle).map(({ key }) => key),
      ['k~2'],
    );
    assert.equal(stage.context.questions.answer(handle, 'k', ANSWER), false);
    stage.context.questions.answer(handle, 'k~2', ANSWER);
    await settle();
    const { params } = stage.server.last('tools/call');
    const { inputResponses, requestState } = params as Record<string, unknown>;
    assert.deepEqual([inputResponses, requestState], [{ k: ANSWER }, 's2']);
  });

  test('P4 a server is kept while its task waits for an answer, whoever has left', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    asksRound(stage, 'branch', 's1');
    await settle();
    host.session.close();
    await stage.passTime(60_000);
    assert.equal(stage.server.shutDowns, 0);
    stage.context.questions.answer(stage.task.handle, 'branch', ANSWER);
    await settle();
    stage.server.answer(stage.server.last('tools/call').id, { content: [] });
    await stage.passTime(60_000);
    assert.equal(stage.server.shutDowns, 1);
  });

  test('P6 a task that waits for an answer is cancelled at its server, by its last request', async () => {
    const stage = new ProxyStage();
    await taskOf(stage);
    asksRound(stage, 'branch', 's1');
    await settle();
    const call = stage.calls.ofHandle(stage.task.handle);
    call?.cancelUpstream('revoked', { forget: false });
    const { id } = stage.server.last('tools/call');
    const { params } = stage.server.last('notifications/cancelled');
    assert.deepEqual(params, { requestId: id, reason: 'revoked' });
  });

  test('a server that ends while its task waits for an answer ends the task', async () => {
    const stage = new ProxyStage();
    await taskOf(stage);
    asksRound(stage, 'branch', 's1');
    await settle();
    stage.server.exit({});
    await settle();
    assert.equal(stage.task.reason?.code, 'upstream_exit');
  });

  test('before the hand-off a round is the client’s own', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    await settle();
    asksRound(stage, 'branch', 's1');
    await settle();
    assert.equal(host.resultOf(1).resultType, 'input_required');
    assert.equal(stage.registry.size, 0);
  });

  test('an attached host is asked itself', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    stage.server.print({ jsonrpc: '2.0', id: 7, ...ASK });
    await settle();
    assert.equal(host.notifications('elicitation/create').length, 1);
    assert.equal(stage.task.status, 'working');
  });

  test('P5 what a host has not answered when it leaves becomes a question of the task', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    stage.server.print({ jsonrpc: '2.0', id: 7, ...ASK });
    await settle();
    host.session.close();
    await settle();
    assert.equal(stage.task.status, 'input_required');
    const { questions } = stage.context;
    const [question] = questions.of(stage.task.handle);
    assert.deepEqual([question?.method, question?.params], [ASK.method, ASK.params]);
    questions.answer(stage.task.handle, question?.key ?? '', ANSWER);
    await settle();
    assert.equal(stage.task.status, 'working');
    assert.deepEqual(JSON.parse(stage.server.sent.at(-1) ?? ''), {
      jsonrpc: '2.0',
      id: 7,
      result: ANSWER,
    });
  });

  test('the server may take its question back', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    host.session.close();
    stage.server.print({ jsonrpc: '2.0', id: 'q', ...ASK });
    await settle();
    assert.equal(stage.task.status, 'input_required');
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 'q' } };
    stage.server.print({ jsonrpc: '2.0', ...cancelled });
    await settle();
    assert.deepEqual(
      [stage.task.status, stage.context.questions.of(stage.task.handle)],
      ['working', []],
    );
  });

  test('the task layer says whose question it is', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'first');
    await settle();
    const first = handleIn(host.resultOf(1));
    const { id: call } = stage.server.last('tools/call');
    host.callTool(2, 'second');
    await settle();
    host.session.close();
    const params = { ...ASK.params, _meta: { 'mcp-task-handles/call': call } };
    stage.server.print({ jsonrpc: '2.0', id: 8, method: ASK.method, params });
    await settle();
    assert.equal(stage.context.questions.of(first).length, 1);
  });

  test('a server that asks for roots of itself is refused: it asks for no call', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    host.session.close();
    stage.server.print({ jsonrpc: '2.0', id: 'r', method: 'roots/list' });
    await settle();
    assert.match(stage.server.sent.at(-1) ?? '', /"id":"r","error"/);
    assert.equal(stage.task.status, 'working');
  });

  test('nobody is asked what no person can answer', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    host.session.close();
    stage.server.print({ jsonrpc: '2.0', id: 9, method: 'x/other', params: {} });
    await settle();
    assert.match(stage.server.sent.at(-1) ?? '', /"id":9,"error"/);
    assert.equal(stage.task.status, 'working');
  });

  test('P3 an ended task asks nothing any more', async () => {
    const stage = new ProxyStage();
    await taskOf(stage);
    const { handle } = stage.task;
    asksRound(stage, 'branch', 's1');
    await settle();
    await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    assert.deepEqual(stage.context.questions.of(handle), []);
    assert.equal(stage.context.questions.answer(handle, 'branch', ANSWER), false);
  });

  for (const [what, inputRequests] of [
    ['with a question', { branch: ASK }],
    ['that says “try again”', {}],
  ] as const) {
    test(`P2 P6 a late round ${what} neither calls a revoked task again nor holds its server`, async () => {
      const stage = new ProxyStage();
      const host = await taskOf(stage);
      const { handle } = stage.task;
      const call = stage.calls.ofHandle(handle);
      await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
      call?.cancelUpstream('revoked', { forget: false });
      call?.release();
      const { id } = stage.server.last('tools/call');
      stage.server.answer(id, { resultType: 'input_required', inputRequests });
      await settle();
      assert.equal(stage.server.all('tools/call').length, 1);
      assert.deepEqual(stage.context.questions.of(handle), []);
      host.session.close();
      await stage.passTime(60_000);
      assert.equal(stage.server.shutDowns, 1);
    });
  }

  test('P2 P6 nor does one that comes while the disk has not taken the end yet', async () => {
    const stage = new ProxyStage();
    await taskOf(stage);
    const { handle } = stage.task;
    const release = stage.store.hold();
    const revoked = stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    stage.calls.ofHandle(handle)?.cancelUpstream('revoked', { forget: false });
    const { id } = stage.server.last('tools/call');
    stage.server.answer(id, { resultType: 'input_required' });
    await settle();
    assert.equal(stage.server.all('tools/call').length, 1);
    release();
    await revoked;
    assert.equal(stage.task.status, 'cancelled');
  });

  test('P3 a server that asks for a revoked task is refused', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    host.session.close();
    const { handle } = stage.task;
    await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    stage.calls.ofHandle(handle)?.cancelUpstream('revoked', { forget: false });
    stage.server.print({ jsonrpc: '2.0', id: 'late', ...ASK });
    await settle();
    assert.match(stage.server.sent.at(-1) ?? '', /"id":"late","error"/);
    assert.deepEqual(stage.context.questions.of(handle), []);
  });

  test('a question taken back while the call becomes a task is not asked', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const release = stage.store.hold();
    host.session.close();
    stage.server.print({ jsonrpc: '2.0', id: 'q', ...ASK });
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 'q' } };
    stage.server.print({ jsonrpc: '2.0', ...cancelled });
    release();
    await settle();
    assert.equal(stage.task.status, 'working');
    assert.deepEqual(stage.context.questions.of(stage.task.handle), []);
  });

  test('a question that comes while the call becomes a task is asked', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const release = stage.store.hold();
    host.session.close();
    stage.server.print({ jsonrpc: '2.0', id: 'q', ...ASK });
    release();
    await settle();
    assert.equal(stage.task.status, 'input_required');
    assert.equal(stage.context.questions.of(stage.task.handle).length, 1);
  });

  test('a poll tells the agent to send the user to the question', async () => {
    const stage = new ProxyStage();
    const host = await taskOf(stage);
    asksRound(stage, 'branch', 's1');
    await settle();
    host.callTool(2, 'task_poll', { arguments: { handle: stage.task.handle } });
    await settle();
    const { structuredContent } = host.resultOf(2) as {
      structuredContent: { next: string; inputRequests: object };
    };
    assert.match(structuredContent.next, /waits for the user: “Which branch\?”/);
    assert.deepEqual(structuredContent.inputRequests, { branch: ASK });
  });
});

suite('the answer to an elicitation', () => {
  const question = {
    key: 'k',
    method: 'elicitation/create',
    params: {
      requestedSchema: {
        properties: { n: { type: 'integer' }, color: { type: 'string', enum: ['red'] } },
        required: ['n'],
      },
    },
  };
  const cases: [object, RegExp | null][] = [
    [{ action: 'decline' }, null],
    [{ action: 'accept', content: { n: 1, color: 'red' } }, null],
    [{ action: 'maybe' }, /`action` must be/],
    [{ action: 'accept' }, /`content` must be an object/],
    [{ action: 'accept', content: {} }, /`n` is missing/],
    [{ action: 'accept', content: { n: 1.5 } }, /`n` must be of type integer/],
    [{ action: 'accept', content: { n: 1, color: 'blue' } }, /`color` must be one of red/],
    [{ action: 'accept', content: { n: 1, other: 1 } }, /`other` is not asked for/],
  ];
  for (const [response, expected] of cases) {
    test(`${JSON.stringify(response)} ${expected === null ? 'is right' : `fails: ${expected}`}`, () => {
      const fault = faultOfResponse(question, { ...response });
      if (expected === null) assert.equal(fault, null);
      else assert.match(fault ?? '', expected);
    });
  }
});
