import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject } from '../../../../src/common/json.ts';
import { turn } from '../../../support/fakeHost.ts';
import { LINGER_MS, ProxyStage } from '../../../support/proxyStage.ts';

suite('a session', () => {
  test('P12 passes unknown requests and answers as they came', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.send('{"method":"x/y", "params":{"n":1.0,"big":9007199254740993},"id":"a","z":[1]}');
    const sent = stage.server.sent.at(-1) ?? '';
    const { id } = stage.server.last('x/y');
    assert.equal(
      sent,
      `{"method":"x/y", "params":{"n":1.0,"big":9007199254740993},"id":${id},"z":[1]}`,
    );
    stage.server.print(`{"result":{"n":1.0},"_x":0,"id":${id}}`);
    assert.equal(host.lines.at(-1), '{"result":{"n":1.0},"_x":0,"id":"a"}');
  });

  test('P12 passes unknown notifications both ways', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.send('{"method":"notifications/x","params":{"n":1.0}}');
    assert.equal(stage.server.sent.at(-1), '{"method":"notifications/x","params":{"n":1.0}}');
    stage.server.print('{"method":"notifications/y",  "params":[]}');
    assert.equal(host.lines.at(-1), '{"method":"notifications/y",  "params":[]}');
  });

  test('carries the server’s own requests and their answers', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.server.print('{"id":0,"method":"sampling/createMessage","params":{}}');
    assert.equal(host.lines.at(-1), '{"id":0,"method":"sampling/createMessage","params":{}}');
    host.send('{"id":0,"result":{"n":1.0}}');
    assert.equal(stage.server.sent.at(-1), '{"id":0,"result":{"n":1.0}}');
  });

  test('knows an id of the server in another way of writing', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.server.print('{"id":"a\\/b","method":"roots/list"}');
    host.send('{"id":"a/b","result":{}}');
    assert.equal(stage.server.sent.at(-1), '{"id":"a/b","result":{}}');
    stage.server.print('{"id":{"odd":"\\n"},"method":"roots/list"}');
    host.session.close();
    assert.match(stage.server.sent.at(-1) ?? '', /"id":\{"odd":"\\n"\},"error"/);
  });

  test('passes no answer that the server did not ask for', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const before = stage.server.sent.length;
    host.send('{"id":99,"result":{}}');
    assert.equal(stage.server.sent.length, before);
  });

  test('maps progress of other requests to the host’s token', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.request(1, 'resources/read', { uri: 'x:y', _meta: { progressToken: 't' } });
    const { id } = stage.server.last('resources/read');
    const params = { progressToken: id, progress: 1 };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    const [told] = host.notifications('notifications/progress');
    assert.deepEqual(told?.params, { progressToken: 't', progress: 1 });
  });

  test('drops progress that belongs to no request', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    for (const progressToken of [99, 'x', null]) {
      const params = { progressToken, progress: 1 };
      stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    }
    assert.deepEqual(host.notifications('notifications/progress'), []);
  });

  test('takes a batch apart, each way', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.send('[{"id":1,"method":"a"},{"method":"notifications/b"},{"id":2,"method":"ping"}]');
    await turn();
    assert.deepEqual(stage.server.methods.slice(-3), ['a', 'notifications/b', 'ping']);
    assert.deepEqual(host.resultOf(2), {});
    const { id } = stage.server.last('a');
    stage.server.print([
      { jsonrpc: '2.0', id, result: { x: 1 } },
      { method: 'notifications/c', params: {} },
    ]);
    assert.deepEqual(host.resultOf(1), { x: 1 });
    assert.equal(host.notifications('notifications/c').length, 1);
  });

  test('P12 passes the members of a batch as they came', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.send('[{"method":"notifications/x","params":{"n":1.0}}]');
    assert.equal(stage.server.sent.at(-1), '{"method":"notifications/x","params":{"n":1.0}}');
    stage.server.print('[ {"method":"notifications/y","params":{"n":1.0}} ]');
    assert.equal(host.lines.at(-1), '{"method":"notifications/y","params":{"n":1.0}}');
  });

  test('survives what is nested without end, from both sides', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const deep = '['.repeat(60_000) + ']'.repeat(60_000);
    for (const line of [deep, `[{"a":${deep}}]`]) {
      stage.server.print(line);
      host.send(line);
      assert.match(host.lines.at(-1) ?? '', /"id":null,"error":\{"code":-32700/);
    }
    await turn();
    assert.equal(stage.warnings.length, 2);
  });

  test('survives a tool whose name is half a character', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.request(1, 'tools/list');
    const { id } = stage.server.last('tools/list');
    const tool = '{"name":"\\ud800","inputSchema":{},"outputSchema":{"type":"object"}}';
    stage.server.print(`{"jsonrpc":"2.0","id":${id},"result":{"tools":[${tool}]}}`);
    await turn();
    assert(Array.isArray(host.resultOf(1).tools));
  });

  test('answers what is no message as JSON-RPC says', async () => {
    const stage = new ProxyStage();
    const host = stage.connect();
    for (const line of ['hello', '[]', '{"id":1', '42', '[1]']) {
      host.send(line);
      assert.match(host.lines.at(-1) ?? '', /"id":null,"error":\{"code":-32700/, line);
    }
    assert.equal(stage.channels.length, 0);
  });

  test('leaves out what a server prints besides messages, with one line each', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const before = host.lines.length;
    stage.server.print('Server listening on stdio');
    stage.server.print('{"debug":true}');
    assert.equal(host.lines.length, before);
    assert.equal(stage.warnings.length, 2);
    assert.match(stage.warnings[0] ?? '', /Server `r` wrote something to stdout/);
    host.request(1, 'ping');
    await turn();
    assert.deepEqual(host.resultOf(1), {});
  });

  test('carries stderr beside the messages', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.server.complain('warning: x\n');
    assert.equal(host.stderr, 'warning: x\n');
  });
});

suite('starting a server', () => {
  test('keeps the order of what came meanwhile', async () => {
    const stage = new ProxyStage();
    const host = stage.connect();
    const release = stage.holdStarts();
    host.request(1, 'initialize', { protocolVersion: 'v', capabilities: {} });
    host.notify('notifications/initialized');
    host.request(2, 'tools/list');
    host.callTool(3, 'build');
    host.request(4, 'prompts/list');
    release();
    await turn();
    const order = ['initialize', 'notifications/initialized', 'tools/list', 'tools/call'];
    assert.deepEqual(stage.server.methods, [...order, 'prompts/list']);
    assert.equal(stage.channels.length, 1);
  });

  test('that fails answers all that waits with one clear line', async () => {
    const stage = new ProxyStage();
    const host = stage.connect();
    stage.startFailure = 'The command `serverr` was not found; check its spelling.';
    host.request(1, 'initialize', {});
    host.callTool(2, 'build');
    host.request(3, 'tools/list');
    await turn();
    for (const id of [1, 2, 3]) {
      const { error } = host.answerTo(id);
      assert(isJsonObject(error));
      assert.equal(error.message, stage.startFailure);
    }
    stage.startFailure = null;
    await host.initialize();
    assert.equal(host.answersTo('init').length, 1);
  });
});

suite('a server that is gone', () => {
  test('is started again and greeted silently for the next request', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.script = ({ method }) => (method === 'tools/list' ? undefined : {});
    host.request(1, 'logging/setLevel', { level: 'debug' });
    host.request(2, 'resources/subscribe', { uri: 'x:1' });
    host.request(3, 'resources/subscribe', { uri: 'x:2' });
    host.request(4, 'resources/unsubscribe', { uri: 'x:1' });
    await turn();
    const [first] = stage.channels;
    first?.exit({ code: 1 });
    const before = host.lines.length;
    host.request(5, 'tools/list');
    await turn();
    assert.equal(stage.channels.length, 2);
    assert.deepEqual(stage.server.methods, [
      ...['initialize', 'notifications/initialized', 'logging/setLevel', 'resources/subscribe'],
      'tools/list',
    ]);
    assert.deepEqual(stage.server.last('resources/subscribe').params, { uri: 'x:2' });
    assert.deepEqual(stage.server.last('initialize').params, first?.last('initialize').params);
    assert.equal(host.lines.length, before);
  });

  test('is replaced for the next request as soon as it is being ended', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const [dying] = stage.channels;
    const [call] = stage.calls.all();
    assert(dying !== undefined && call !== undefined);
    dying.end = () => new Promise(() => {});
    void call.upstream?.end(1000);
    host.request(2, 'ping');
    await turn();
    assert.deepEqual(host.resultOf(2), {});
    assert.equal(stage.channels.length, 2);
    const lines = host.lines.length;
    dying.print({ jsonrpc: '2.0', method: 'notifications/message', params: {} });
    assert.equal(host.lines.length, lines, 'the old one is heard no more');
    dying.exit({ signal: 'SIGTERM' });
    assert(isJsonObject(host.answerTo(1).error));
  });

  test('ends the broker by no failure to end it', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.server.shutDown = () => Promise.reject(new Error('no process table'));
    host.session.close();
    await stage.passTime(LINGER_MS);
    assert(stage.logged.some(({ level }) => level === 'error'));
  });

  test('that refuses to be greeted again is ended and told', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.server.exit({ code: 1 });
    stage.script = () => undefined;
    host.request(1, 'tools/list');
    await turn();
    const { id } = stage.server.last('initialize');
    const error = { code: 1, message: 'no' };
    // Refused, it is asked whether it speaks the other era; it does not.
    stage.server.print({ jsonrpc: '2.0', id, error });
    stage.server.print({ jsonrpc: '2.0', id: stage.server.last('server/discover').id, error });
    await turn();
    assert(isJsonObject(host.answerTo(1).error));
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.pool.size, 0);
  });

  test('is let go when the host leaves during the second greeting', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    stage.server.exit({ code: 1 });
    const release = stage.holdStarts();
    host.request(1, 'tools/list');
    host.session.close();
    release();
    await turn();
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.pool.size, 0);
  });
});
