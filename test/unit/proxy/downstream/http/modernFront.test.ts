import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { MODERN_LINGER_MS } from '../../../../../src/proxy/downstream/http/modernSession.ts';
import { MAX_IDLE_CLIENTS } from '../../../../../src/proxy/downstream/http/modernSessions.ts';
import { KEEP_ALIVE_MS } from '../../../../../src/proxy/downstream/http/sseStream.ts';
import { turn } from '../../../../support/fakeHost.ts';
import { envelope, HttpStage, MODERN } from '../../../../support/httpStage.ts';
import { waitFor } from '../../../../support/processes.ts';

const isMethod = (method: string) => (message: JsonObject) => message.method === method;
const COMPLETE = { resultType: 'complete' };

suite('modern clients over HTTP', () => {
  test('need no session, and get their answer as plain JSON', async (t) => {
    const http = await HttpStage.open(t);
    const asked = http.ask(1, 'x/y');
    const { id } = await http.sent('x/y');
    http.stage.server.answer(id, COMPLETE);
    const { statusCode, headers } = await asked.head();
    assert.deepEqual([statusCode, headers['content-type']], [200, 'application/json']);
    assert.equal(headers['mcp-session-id'], undefined);
    assert.deepEqual(await asked.json(), { jsonrpc: '2.0', id: 1, result: COMPLETE });
    for (const method of ['GET', 'DELETE']) {
      const refused = http.send(method, { 'MCP-Protocol-Version': MODERN });
      assert.equal(await refused.status(), 405);
      assert.equal((await refused.head()).headers.allow, 'POST');
    }
  });

  test('equal ids and tokens of equal clients are kept apart in one server', async (t) => {
    const http = await HttpStage.open(t);
    const params = { _meta: { ...envelope(), progressToken: 'same' } };
    const asked = [http.ask('a', 'x/y', params), http.ask('a', 'x/y', params)];
    await http.sent('x/y', 2);
    const { server } = http.stage;
    assert.equal(http.stage.channels.length, 1);
    const [first, second] = server.all('x/y').map(({ id }) => id);
    assert.notEqual(first, second);
    const progressToken = second;
    server.print({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken, progress: 1 },
    });
    server.answer(first, { ...COMPLETE, of: 1 });
    server.answer(second, { ...COMPLETE, of: 2 });
    const ends = await Promise.all(asked.map((exchange) => exchange.end()));
    const streamed = asked.find(({ messages }) => messages.length > 0);
    const [progress, answer] = streamed?.messages ?? [];
    assert.deepEqual(progress?.params, { progressToken: 'same', progress: 1 });
    assert.deepEqual(answer, { jsonrpc: '2.0', id: 'a', result: { ...COMPLETE, of: 2 } });
    assert.ok(
      ends.includes('{"jsonrpc":"2.0","id":"a","result":{"resultType":"complete","of":1}}'),
    );
  });

  test('clients that differ in what they say have servers of their own', async (t) => {
    const http = await HttpStage.open(t);
    http.ask(1, 'x/y');
    http.ask(1, 'x/y', { _meta: envelope('another') });
    http.ask(1, 'x/y', { _meta: envelope('modern client', { elicitation: {} }) });
    await http.sent('x/y', 3);
    assert.equal(http.stage.channels.length, 3);
  });

  test('errors have the HTTP status that the specification names', async (t) => {
    const http = await HttpStage.open(t);
    const table: [number, number][] = [
      [-32601, 404],
      [-32021, 400],
      [-32602, 200],
      [-32603, 200],
    ];
    for (const [index, [code, status]] of table.entries()) {
      const asked = http.ask(1, 'x/y');
      const { id } = await http.sent('x/y', index + 1);
      http.stage.server.print({ jsonrpc: '2.0', id, error: { code, message: 'no' } });
      assert.deepEqual([await asked.status(), await asked.errorCode()], [status, code]);
    }
    const greeting = http.ask('g', 'initialize');
    assert.deepEqual([await greeting.status(), (await greeting.json()).id], [404, 'g']);
  });

  test('who leaves before the answer has cancelled, and nobody else', async (t) => {
    const http = await HttpStage.open(t, { policy: 'auto' });
    const params = { name: 'build', arguments: {} };
    const [leaver, stayer] = [http.ask(1, 'tools/call', params), http.ask(1, 'x/y')];
    const { id } = await http.sent('tools/call');
    await http.sent('x/y');
    leaver.drop();
    const cancelled = await http.sent('notifications/cancelled');
    assert.equal((cancelled.params as JsonObject).requestId, id);
    const { server } = http.stage;
    server.answer(id, COMPLETE);
    server.answer(server.last('x/y').id, COMPLETE);
    assert.equal(await stayer.status(), 200);
    assert.equal(http.stage.registry.list().length, 0);
  });

  test('a listen stream stays open, its messages under the id of the client', async (t) => {
    const http = await HttpStage.open(t);
    const listen = http.ask('l', 'subscriptions/listen', { notifications: {} });
    assert.equal((await listen.head()).headers['content-type'], 'text/event-stream');
    const { server } = http.stage;
    const { id } = await http.sent('subscriptions/listen');
    server.print(
      `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":${JSON.stringify(id)}}}}`,
    );
    const acknowledged = await listen.message(isMethod('notifications/subscriptions/acknowledged'));
    const { _meta } = acknowledged.params as { _meta: JsonObject };
    assert.equal(_meta['io.modelcontextprotocol/subscriptionId'], 'l');
    const asked = http.ask(2, 'x/y');
    await http.sent('x/y');
    server.print({ jsonrpc: '2.0', method: 'notifications/message', params: {} });
    await asked.message(isMethod('notifications/message'));
    assert.equal(listen.messages.length, 1);
    http.stage.clock.advance(KEEP_ALIVE_MS);
    await waitFor(() => listen.text.includes(': keep-alive'), 5000);
    server.answer(id, COMPLETE);
    await listen.end();
    assert.equal(listen.messages.at(-1)?.id, 'l');
  });

  test('an answer that is long in coming begins as a stream', async (t) => {
    const http = await HttpStage.open(t);
    const asked = http.ask(1, 'x/y');
    const { id } = await http.sent('x/y');
    http.stage.clock.advance(KEEP_ALIVE_MS);
    assert.equal((await asked.head()).headers['content-type'], 'text/event-stream');
    http.stage.server.answer(id, COMPLETE);
    await asked.end();
    assert.equal(asked.messages.length, 1);
  });

  test('an argument that its tool wants in a header must stand there, once the tool is known', async (t) => {
    const http = await HttpStage.open(t);
    const region = { type: 'string', 'x-mcp-header': 'Region' };
    const inputSchema = { type: 'object', properties: { region } };
    const listed = http.ask(1, 'tools/list');
    const { id } = await http.sent('tools/list');
    http.stage.server.answer(id, { ...COMPLETE, tools: [{ name: 'build', inputSchema }] });
    await listed.json();
    const params = { name: 'build', arguments: { region: 'eu' } };
    for (const Region of [undefined, 'us', '=?base64?ZXU?=']) {
      const headers = Region === undefined ? {} : { 'Mcp-Param-Region': Region };
      const refused = http.ask(2, 'tools/call', params, headers);
      assert.deepEqual([await refused.status(), await refused.errorCode()], [400, -32020]);
    }
    for (const [index, Region] of ['eu', '=?base64?ZXU=?='].entries()) {
      http.ask(3, 'tools/call', params, { 'Mcp-Param-Region': Region });
      await http.sent('tools/call', index + 1);
    }
    http.ask(4, 'tools/call', { name: 'build', arguments: {} });
    await http.sent('tools/call', 3);
  });

  test('a request of the server is refused, notifications of clients are taken', async (t) => {
    const http = await HttpStage.open(t);
    http.ask(1, 'x/y');
    await http.sent('x/y');
    const { server } = http.stage;
    server.print({ jsonrpc: '2.0', id: 's', method: 'roots/list' });
    await waitFor(() => server.sent.some((line) => line.includes('"id":"s","error"')), 5000);
    const params = { _meta: envelope() };
    const note = { method: 'notifications/x', params };
    assert.equal(await http.post(note, { 'MCP-Protocol-Version': MODERN }).status(), 202);
    await http.sent('notifications/x');
    const cancel = { method: 'notifications/cancelled', params: { ...params, requestId: 1 } };
    assert.equal(await http.post(cancel, { 'MCP-Protocol-Version': MODERN }).status(), 202);
    await turn();
    assert.deepEqual(server.all('notifications/cancelled'), []);
  });

  test('P13 a server that nobody asks any more ends after a while', async (t) => {
    const http = await HttpStage.open(t);
    const asked = http.ask(1, 'x/y');
    const { id } = await http.sent('x/y');
    http.stage.server.answer(id, COMPLETE);
    await asked.json();
    http.stage.clock.advance(MODERN_LINGER_MS);
    http.stage.clock.advance(MODERN_LINGER_MS);
    await waitFor(() => http.stage.server.shutDowns === 1, 5000);
    http.ask(2, 'x/y');
    await http.sent('x/y', 2);
    assert.equal(http.stage.channels.length, 2);
  });

  test('P13 a client that says something else each time keeps few servers waiting', async (t) => {
    const http = await HttpStage.open(t);
    for (let client = 0; client <= MAX_IDLE_CLIENTS; client++) {
      const _meta = envelope('client', { experimental: { [client]: {} } });
      const asked = http.ask(1, 'x/y', { _meta });
      const { id } = await http.sent('x/y', client + 1);
      http.stage.channels[client]?.answer(id, COMPLETE);
      await asked.json();
    }
    http.stage.clock.advance(MODERN_LINGER_MS / 2);
    await waitFor(() => http.stage.channels[0]?.shutDowns === 1, 5000);
    assert.deepEqual(
      http.stage.channels.slice(1).map(({ shutDowns }) => shutDowns),
      Array.from({ length: MAX_IDLE_CLIENTS }, () => 0),
    );
  });
});
