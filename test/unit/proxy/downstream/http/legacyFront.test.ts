import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import {
  MAX_SESSIONS,
  SESSION_IDLE_MS,
} from '../../../../../src/proxy/downstream/http/legacySessions.ts';
import { KEEP_ALIVE_MS } from '../../../../../src/proxy/downstream/http/sseStream.ts';
import { turn } from '../../../../support/fakeHost.ts';
import { type Headers, HttpStage } from '../../../../support/httpStage.ts';
import { waitFor } from '../../../../support/processes.ts';

const isAnswer = (id: number) => (message: JsonObject) => message.id === id && 'result' in message;
const isMethod = (method: string) => (message: JsonObject) => message.method === method;

function resumed(session: Headers, lastEventId: string): Headers {
  return { ...session, 'Last-Event-ID': lastEventId };
}

suite('legacy clients over HTTP', () => {
  test('each gets a session and a server of its own', async (t) => {
    const http = await HttpStage.open(t);
    const [first, second] = [await http.greeted(), await http.greeted()];
    assert.notEqual(first['Mcp-Session-Id'], second['Mcp-Session-Id']);
    assert.equal(http.stage.channels.length, 2);
    const asked = [first, second].map((session) => http.post({ id: 1, method: 'x/y' }, session));
    await http.sent('x/y', 2);
    for (const [index, channel] of http.stage.channels.entries()) {
      channel.answer(channel.last('x/y').id, { of: index });
    }
    for (const [index, exchange] of asked.entries()) {
      assert.deepEqual((await exchange.message(isAnswer(1))).result, { of: index });
      await exchange.end();
    }
  });

  test('P12 numbers and escapes pass as they were written', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const params = '{"n":12345678901234567890,"f":1.0,"s":"\\u00e9"}';
    const asked = http.send(
      'POST',
      session,
      `{"jsonrpc":"2.0","id":1,"method":"x/y","params":${params}}`,
    );
    const { id } = await http.sent('x/y');
    assert.ok(http.stage.server.sent.some((line) => line.includes(params)));
    http.stage.server.print(`{"jsonrpc":"2.0","id":${id},"result":${params}}`);
    assert.ok((await asked.end()).includes(`data: {"jsonrpc":"2.0","id":1,"result":${params}}`));
  });

  test('a message goes to the stream that it belongs to', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const call = (id: number, token: string) =>
      http.post({ id, method: 'x/y', params: { _meta: { progressToken: token } } }, session);
    const [one, two] = [call(1, 'a'), call(2, 'b')];
    await http.sent('x/y', 2);
    const { server } = http.stage;
    const [first] = server.all('x/y');
    const progress = (token: unknown) => ({ progressToken: token, progress: 1 });
    server.print({ jsonrpc: '2.0', method: 'notifications/progress', params: progress(first?.id) });
    const told = await one.message(isMethod('notifications/progress'));
    assert.deepEqual(told.params, progress('a'));
    server.print({ jsonrpc: '2.0', method: 'notifications/message', params: {} });
    await two.message(isMethod('notifications/message'));
    const standing = http.send('GET', session);
    assert.equal(await standing.status(), 200);
    server.print({ jsonrpc: '2.0', id: 7, method: 'roots/list' });
    await standing.message(isMethod('roots/list'));
    assert.equal(one.messages.length, 1);
    const answer = { id: 7, result: { roots: [] } };
    assert.equal(await http.post(answer, session).status(), 202);
    await waitFor(() => server.sent.some((line) => line.includes('"roots"')), 5000);
  });

  test('what came while nobody listened is told to the first GET', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    http.stage.server.print({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    const standing = http.send('GET', session);
    await standing.message(isMethod('notifications/tools/list_changed'));
    assert.equal(await http.send('GET', session).status(), 409);
  });

  test('P4 a broken stream cancels nothing, and is read on by Last-Event-ID', async (t) => {
    const http = await HttpStage.open(t, { policy: 'never' });
    const session = await http.greeted();
    const params = { name: 'build', arguments: {}, _meta: { progressToken: 'p' } };
    const call = http.post({ id: 1, method: 'tools/call', params }, session);
    const { id } = await http.sent('tools/call');
    const { server } = http.stage;
    const progress = (step: number) =>
      server.print({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: id, progress: step },
      });
    progress(1);
    await call.message(isMethod('notifications/progress'));
    const lastId = call.events.at(-1)?.id ?? '';
    call.drop();
    await call.end();
    progress(2);
    const again = http.send('GET', resumed(session, lastId));
    await again.message(isMethod('notifications/progress'));
    again.drop();
    await again.end();
    server.answer(id, { content: [] });
    await turn();
    const whole = http.send('GET', resumed(session, lastId));
    await whole.end();
    assert.deepEqual(
      whole.messages.map((message) => message.method ?? message.id),
      ['notifications/progress', 1],
    );
    assert.deepEqual(server.all('notifications/cancelled'), []);
    assert.equal(http.stage.registry.list().length, 0);
  });

  test('the first event has an id and no data, for clients that know what to do with it', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const modern = http.post({ id: 1, method: 'x/y' }, session);
    const older = { ...session, 'MCP-Protocol-Version': '2025-06-18' };
    const old = http.post({ id: 2, method: 'x/y' }, older);
    await waitFor(() => modern.events.length > 0, 5000);
    const [primed] = modern.events;
    assert.equal(primed?.data, '');
    assert.ok(primed?.id);
    await http.sent('x/y', 2);
    assert.deepEqual(old.events, []);
    modern.drop();
    await modern.end();
    http.stage.server.answer(http.stage.server.all('x/y')[0]?.id, {});
    await turn();
    const again = http.send('GET', resumed(session, primed?.id ?? ''));
    await again.message(isAnswer(1));
  });

  test('a session that was ended, or never was, is not found', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    assert.equal(await http.send('DELETE', session).status(), 200);
    for (const method of ['POST', 'GET', 'DELETE']) {
      // Node sends a body with GET and DELETE as it is, without a length: as the next request.
      const body = method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"ping"}' : '';
      const gone = http.send(method, session, body);
      assert.deepEqual([await gone.status(), await gone.errorCode()], [404, -32001], method);
    }
    assert.equal(await http.post({ id: 1, method: 'ping' }).status(), 400);
    assert.equal(await http.send('GET').status(), 400);
  });

  test('wrong headers and ids are refused, and the session lives', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const ping = { id: 1, method: 'x/y' };
    const table: [Headers, number][] = [
      [{ ...session, 'MCP-Protocol-Version': '1999-01-01' }, 400],
      [{ ...session, Accept: 'application/json' }, 406],
      [{ ...session, 'Last-Event-ID': 'x' }, 400],
      [{ ...session, 'Last-Event-ID': '99-1' }, 400],
    ];
    for (const [headers, status] of table) {
      const method = 'Last-Event-ID' in headers ? 'GET' : 'POST';
      const body = method === 'GET' ? '' : JSON.stringify({ jsonrpc: '2.0', ...ping });
      assert.equal(await http.send(method, headers, body).status(), status);
    }
    const first = http.post(ping, session);
    await http.sent('x/y');
    const second = http.post(ping, session);
    assert.deepEqual([await second.status(), await second.errorCode()], [400, -32600]);
    const again = http.post({ id: 2, method: 'initialize', params: {} }, session);
    assert.equal(await again.status(), 400);
    http.stage.server.answer(http.stage.server.last('x/y').id, {});
    await first.message(isAnswer(1));
  });

  test('a batch of an older revision is answered on one stream', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const batch = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'x/y' }));
    const exchange = http.send('POST', session, JSON.stringify(batch));
    await http.sent('x/y', 2);
    const { server } = http.stage;
    for (const { id } of server.all('x/y').reverse()) server.answer(id, {});
    await exchange.end();
    assert.deepEqual(
      exchange.messages.map(({ id }) => id),
      [2, 1],
    );
  });

  test('a request that its client cancels has no answer, and its stream ends', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const asked = http.post({ id: 1, method: 'x/y' }, session);
    await http.sent('x/y');
    const cancel = { method: 'notifications/cancelled', params: { requestId: 1 } };
    assert.equal(await http.post(cancel, session).status(), 202);
    await asked.end();
    assert.deepEqual(asked.messages, []);
    await http.sent('notifications/cancelled');
    http.stage.clock.advance(SESSION_IDLE_MS + 60_000);
    assert.equal(await http.post({ id: 2, method: 'x/z' }, session).status(), 404);
  });

  test('P4 a session that its client ends leaves its calls as tasks', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const params = { name: 'build', arguments: {} };
    const call = http.post({ id: 1, method: 'tools/call', params }, session);
    await http.sent('tools/call');
    assert.equal(await http.send('DELETE', session).status(), 200);
    await call.end();
    await waitFor(() => http.stage.registry.list().length === 1, 5000);
    assert.equal(http.stage.task.status, 'working');
    http.stage.clock.advance(60_000);
  });

  test('P13 a session that is not used for long is ended, one that waits or listens is not', async (t) => {
    const http = await HttpStage.open(t);
    const [idle, listening, waiting] = [
      await http.greeted(),
      await http.greeted(),
      await http.greeted(),
    ];
    await http.send('GET', listening).status();
    http.post({ id: 1, method: 'x/y' }, waiting);
    await http.sent('x/y');
    http.stage.clock.advance(SESSION_IDLE_MS + 60_000);
    assert.equal(await http.post({ id: 2, method: 'x/z' }, idle).status(), 404);
    assert.equal(await http.post({ id: 2, method: 'x/z' }, listening).status(), 200);
    assert.equal(await http.post({ id: 2, method: 'x/z' }, waiting).status(), 200);
  });

  test('a stream without news is kept alive', async (t) => {
    const http = await HttpStage.open(t);
    const standing = http.send('GET', await http.greeted());
    await standing.status();
    http.stage.clock.advance(KEEP_ALIVE_MS);
    http.stage.clock.advance(KEEP_ALIVE_MS);
    await waitFor(() => standing.text.split(': keep-alive\n\n').length === 3, 5000);
  });

  test('a server waits for a client that does not read, and goes on when it has left', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const standing = http.send('GET', session);
    (await standing.head()).pause();
    const { server } = http.stage;
    const params = { x: 'x'.repeat(1_000_000) };
    const isHeld = async () => {
      if (!server.isHeld) server.print({ jsonrpc: '2.0', method: 'notifications/x', params });
      await turn();
      return server.isHeld;
    };
    await waitFor(isHeld, 10_000);
    standing.drop();
    await waitFor(() => !server.isHeld, 10_000);
  });

  test('clients that forget their sessions lose the oldest of many', async (t) => {
    const http = await HttpStage.open(t);
    const first = await http.greeted();
    http.stage.clock.advance(1000);
    const sessions: Headers[] = [];
    for (let more = 1; more <= MAX_SESSIONS; more++) {
      sessions.push(await http.greeted());
      http.stage.clock.advance(1);
    }
    assert.equal(await http.post({ id: 2, method: 'x/z' }, first).status(), 404);
    assert.equal(await http.post({ id: 2, method: 'x/z' }, sessions[0]).status(), 200);
  });
});
