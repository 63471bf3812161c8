import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FakeChannel, Script } from '../../../support/fakeChannel.ts';
import { type FakeHost, turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };
const ALONE = { isolation: 'perCall' } as const;

const answersAll: Script = ({ method }) =>
  method === 'initialize'
    ? { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's' } }
    : method === 'tools/call'
      ? undefined
      : {};

async function alone(policy: object = {}): Promise<{ stage: ProxyStage; host: FakeHost }> {
  const stage = new ProxyStage();
  stage.script = answersAll;
  return { stage, host: await stage.greeted({ ...ALONE, ...policy }) };
}

function answerCall(server: FakeChannel | undefined, result: object = RESULT): void {
  server?.answer(server.last('tools/call').id, result);
}

suite('a call with an upstream of its own', () => {
  test('P6 runs in one that is initialised as the first was, and ends with it', async () => {
    const { stage, host } = await alone();
    host.request(1, 'logging/setLevel', { level: 'debug' });
    host.request(2, 'resources/subscribe', { uri: 'x:1' });
    await turn();
    const lines = host.lines.length;
    host.callTool(3, 'build');
    await turn();
    const [shared, own] = stage.channels;
    const greeting = ['initialize', 'notifications/initialized'];
    const told = [...greeting, 'logging/setLevel', 'resources/subscribe', 'tools/call'];
    assert.deepEqual(own?.methods, told);
    assert.deepEqual(own?.last('initialize').params, shared?.last('initialize').params);
    assert.equal(host.lines.length, lines, 'the host notices nothing');
    assert.deepEqual(shared?.all('tools/call'), []);
    answerCall(own);
    assert.deepEqual(host.resultOf(3).content, RESULT.content);
    await turn();
    assert.equal(own?.shutDowns, 1);
    assert.equal(shared?.shutDowns, 0);
    assert.equal(stage.pool.size, 1);
  });

  test('leaves all else to the shared one', async () => {
    const { stage, host } = await alone({ tools: { other: { isolation: 'shared' } } });
    host.request(1, 'tools/list');
    host.callTool(2, 'other');
    await turn();
    assert.equal(stage.channels.length, 1);
    assert.equal(stage.server.all('tools/call').length, 1);
  });

  test('P6 gives each call another one', async () => {
    const { stage, host } = await alone({ policy: 'always' });
    for (const id of [1, 2, 3]) host.callTool(id, 'build');
    await turn();
    await turn();
    assert.deepEqual(
      stage.channels.map((server) => server.all('tools/call').length),
      [0, 1, 1, 1],
    );
    assert(stage.calls.all().every(({ hasOverlapped }) => !hasOverlapped));
  });

  test('brings what two servers ask under one id to the host, and each answer back', async () => {
    const { stage, host } = await alone();
    host.callTool(1, 'build');
    host.callTool(2, 'build');
    await turn();
    const lines = host.lines.length;
    const ask = { jsonrpc: '2.0', id: 0, method: 'sampling/createMessage', params: {} };
    const [shared, first, second] = stage.channels;
    for (const server of [shared, first, second]) server?.print(ask);
    const asked = host.messages.slice(lines);
    assert.equal(asked[0]?.id, 0, 'what the shared one asks goes on as it came');
    assert.equal(new Set(asked.map(({ id }) => id)).size, 3);
    const answer = (at: number) =>
      host.send({ jsonrpc: '2.0', id: asked[at]?.id, result: { of: at } });
    for (const at of [2, 1, 0]) answer(at);
    for (const [at, server] of [shared, first, second].entries()) {
      assert.equal(server?.sent.at(-1), `{"jsonrpc":"2.0","id":0,"result":{"of":${at}}}`);
    }
    answer(1);
    assert.equal(first?.sent.filter((line) => line.includes('"of"')).length, 1);
  });

  test('never takes back what another server asks', async () => {
    const { stage, host } = await alone();
    host.callTool(1, 'build');
    await turn();
    const [shared, own] = stage.channels;
    const ask = { jsonrpc: '2.0', id: 0, method: 'elicitation/create', params: {} };
    for (const server of [own, shared]) server?.print(ask);
    const [ofOwn] = host.notifications('elicitation/create');
    host.send({ jsonrpc: '2.0', id: ofOwn?.id, result: {} });
    const params = { requestId: 0 };
    own?.print({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    assert.deepEqual(host.notifications('notifications/cancelled'), []);
  });

  test('P12 passes what its server asks as it came, but for the id and its token', async () => {
    const { stage, host } = await alone();
    host.callTool(1, 'build');
    await turn();
    stage.server.print(
      '{"id":7,"method":"x/ask", "params":{"n":1.0,"_meta":{"progressToken":"p"}},"jsonrpc":"2.0"}',
    );
    const line = host.lines.at(-1) ?? '';
    const id = JSON.stringify(host.messages.at(-1)?.id);
    const expected = `{"id":${id},"method":"x/ask", "params":{"n":1.0,"_meta":{"progressToken":${id}}},"jsonrpc":"2.0"}`;
    assert.equal(line, expected);
    host.send(
      `{"method":"notifications/progress","params":{"progressToken":${id},"progress":1.0}}`,
    );
    assert.equal(
      stage.server.sent.at(-1),
      '{"method":"notifications/progress","params":{"progressToken":"p","progress":1.0}}',
    );
  });

  test('withdraws at the host what its server takes back, and what it leaves open', async () => {
    const { stage, host } = await alone();
    host.callTool(1, 'build');
    await turn();
    const ask = (id: string) =>
      stage.server.print({ jsonrpc: '2.0', id, method: 'elicitation/create', params: {} });
    ask('a');
    ask('b');
    const ids = host.notifications('elicitation/create').map(({ id }) => id);
    const params = { requestId: 'a', reason: 'x' };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    answerCall(stage.server);
    await turn();
    const withdrawn = host.notifications('notifications/cancelled').map((message) => {
      const { requestId } = message.params as { requestId: unknown };
      return requestId;
    });
    assert.deepEqual(withdrawn, ids);
  });

  test('passes logs and progress on, and what tells of resources not twice', async () => {
    const { stage, host } = await alone();
    host.callTool(1, 'build', { _meta: { progressToken: 't' } });
    await turn();
    const { server } = stage;
    const tell = (method: string, params: object = {}) =>
      server.print({ jsonrpc: '2.0', method, params });
    const before = host.lines.length;
    tell('notifications/message', { level: 'info', data: 'x' });
    tell('notifications/resources/updated', { uri: 'x:1' });
    tell('notifications/tools/list_changed');
    const { id } = server.last('tools/call');
    tell('notifications/progress', { progressToken: id, progress: 1 });
    const told = host.messages.slice(before).map(({ method }) => method);
    assert.deepEqual(told, ['notifications/message', 'notifications/progress']);
    const [progress] = host.notifications('notifications/progress');
    assert.deepEqual(progress?.params, { progressToken: 't', progress: 1 });
    server.complain('warning\n');
    assert.equal(host.stderr, 'warning\n');
  });

  test('hears of changed roots, as the shared one does', async () => {
    const { stage, host } = await alone();
    host.callTool(1, 'build');
    await turn();
    host.notify('notifications/roots/list_changed');
    for (const server of stage.channels) {
      assert.equal(server.all('notifications/roots/list_changed').length, 1);
    }
  });

  test('goes on as a task when its client leaves, and is adopted by nobody', async () => {
    const { stage, host } = await alone();
    host.callTool(1, 'build');
    await turn();
    const own = stage.server;
    host.session.close();
    await turn();
    assert.equal(stage.task.status, 'working');
    assert.equal(own.shutDowns, 0);
    own.print({ jsonrpc: '2.0', id: 5, method: 'elicitation/create', params: { message: '?' } });
    await turn();
    assert.equal(stage.task.status, 'input_required');
    const second = await stage.greeted(ALONE);
    second.request(2, 'tools/list');
    assert.equal(stage.channels.length, 2, 'the shared one is adopted');
    assert.deepEqual(own.all('tools/list'), []);
    answerCall(own);
    await turn();
    assert.equal(stage.task.status, 'completed');
    assert.equal(own.shutDowns, 1);
  });

  test('tells in the answer of the tool why it could not start', async () => {
    const { stage, host } = await alone();
    stage.startFailure = 'The command `x` was not found; check its spelling.';
    host.callTool(1, 'build');
    await turn();
    const { isError, content } = host.resultOf(1);
    assert.equal(isError, true);
    assert.match(
      JSON.stringify(content),
      /of its own of server `r`.*The command `x` was not found/,
    );
    assert.equal(stage.calls.size, 0);
  });

  test('fails when its server will not be initialised, or is never done with it', async () => {
    const { stage, host } = await alone();
    stage.script = () => undefined;
    host.callTool(1, 'build');
    await turn();
    const [, dead] = stage.channels;
    dead?.exit({ code: 2, stderrTail: 'no licence' });
    await turn();
    assert.match(JSON.stringify(host.resultOf(1)), /exited with code 2.*no licence/);
    host.callTool(2, 'build');
    await turn();
    await stage.passTime(60_000);
    assert.equal(stage.server.shutDowns, 1);
    await turn();
    // After `handOffAfterMs` it became a task.
    const { status, reason } = stage.task;
    assert.equal(status, 'failed');
    assert.match(reason?.note ?? '', /did not answer `initialize` within 60 s/);
  });

  test('fails when its server ends as soon as it is initialised', async () => {
    const { stage, host } = await alone();
    stage.script = (request) => {
      if (request.method === 'initialize') {
        const { server } = stage;
        queueMicrotask(() => queueMicrotask(() => server.exit({ code: 3 })));
      }
      return answersAll(request);
    };
    host.callTool(1, 'build');
    await turn();
    assert.match(JSON.stringify(host.resultOf(1)), /it ended before the call reached it/);
    assert.equal(stage.calls.size, 0);
  });

  test('has its handle at once where it is always handed off, and can be revoked at once', async () => {
    const { stage, host } = await alone({ policy: 'always' });
    const release = stage.holdStarts();
    host.callTool(1, 'build');
    await turn();
    const handle = handleIn(host.resultOf(1));
    await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    stage.calls.ofHandle(handle)?.release();
    release();
    await turn();
    assert.deepEqual(stage.server.all('tools/call'), [], 'P6 it is not begun any more');
    assert.equal(stage.server.shutDowns, 1);
  });

  test('is not begun when it was taken back while its server started', async () => {
    const { stage, host } = await alone();
    const release = stage.holdStarts();
    host.callTool(1, 'build');
    host.notify('notifications/cancelled', { requestId: 1 });
    release();
    await turn();
    assert.deepEqual(stage.server.all('tools/call'), []);
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.calls.size, 0);
    assert.deepEqual(host.answersTo(1), []);
  });

  test('P13 leaves no server when it is taken back, or its client leaves, before that is ready', async () => {
    const _meta = { 'mcp-task-handles/idempotencyKey': 'k1' };
    for (const params of [{}, { _meta }]) {
      for (const leave of [
        (host: FakeHost) => host.notify('notifications/cancelled', { requestId: 1 }),
        (host: FakeHost) => host.session.close(),
      ]) {
        const { stage, host } = await alone();
        stage.script = () => undefined;
        host.callTool(1, 'build', params);
        await turn();
        assert.equal(stage.channels.length, 2);
        leave(host);
        await turn();
        assert.equal(stage.server.shutDowns, 1);
        assert.deepEqual(host.answersTo(1), []);
        assert.equal(stage.calls.size, 0);
      }
    }
  });

  test('P2 with an idempotency key has its record before its server sees it', async () => {
    const { stage, host } = await alone();
    const _meta = { 'mcp-task-handles/idempotencyKey': 'k1' };
    host.callTool(1, 'build', { _meta });
    host.callTool(2, 'build', { _meta });
    await turn();
    assert.equal(stage.channels.length, 2);
    assert.equal(stage.task.status, 'working');
    answerCall(stage.server);
    await turn();
    for (const id of [1, 2]) assert.deepEqual(host.resultOf(id).content, RESULT.content);
    assert.equal(stage.server.shutDowns, 1);
  });

  test('P13 whose key cannot be recorded leaves no server', async () => {
    const { stage, host } = await alone();
    stage.store.fail();
    host.callTool(1, 'build', { _meta: { 'mcp-task-handles/idempotencyKey': 'k1' } });
    await turn();
    assert.equal(host.resultOf(1).isError, true);
    assert.equal(stage.server.shutDowns, 1);
  });
});
