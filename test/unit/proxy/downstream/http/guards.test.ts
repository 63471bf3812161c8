import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  validateHostHeader,
  validateOriginHeader,
} from '@modelcontextprotocol/server';
import { isLocalHost, isLocalOrigin } from '../../../../../src/proxy/downstream/http/guards.ts';
import { HttpStage, TOKEN } from '../../../../support/httpStage.ts';

const NAMES = ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST', 'evil.example', '127.0.0.1.nip.io'];
const ODD = ['', 'localhost@evil.example', 'evil.example#localhost', '[::1', 'a b', '127.1', ':80'];

suite('the guards of the HTTP front', () => {
  test('P8 take the same hosts and origins for this machine as the official SDK', () => {
    for (const name of [...NAMES, ...NAMES.map((each) => `${each}:3000`), ...ODD]) {
      const host = validateHostHeader(name, localhostAllowedHostnames());
      assert.equal(isLocalHost(name), host.ok, `Host: ${name}`);
      for (const origin of [name, `http://${name}`, `https://${name}`, `null`]) {
        const official = validateOriginHeader(origin, localhostAllowedOrigins());
        assert.equal(isLocalOrigin(origin), official.ok, `Origin: ${origin}`);
      }
    }
    assert.equal(isLocalHost(undefined), false);
    assert.equal(isLocalOrigin(undefined), true);
  });

  test('P8 refuse a foreign Host or Origin before they look at the token', async (t) => {
    const http = await HttpStage.open(t);
    const wrong = { Authorization: 'Bearer wrong' };
    for (const header of [{ Host: 'evil.example' }, { Origin: 'http://evil.example' }]) {
      assert.equal(await http.send('POST', { ...wrong, ...header }, '{}').status(), 403);
    }
    assert.equal(http.stage.channels.length, 0);
  });

  test('P8 ask for the token, and say nothing of it', async (t) => {
    const http = await HttpStage.open(t);
    for (const Authorization of ['', 'Bearer', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN]) {
      const refused = http.send('POST', { Authorization }, '{}');
      assert.equal(await refused.status(), 401, Authorization);
      assert.match(String((await refused.head()).headers['www-authenticate']), /^Bearer realm=/);
      assert.doesNotMatch(await refused.end(), new RegExp(TOKEN));
    }
    assert.equal(
      await http.send('POST', { Authorization: `bearer  ${TOKEN}` }, '{}').status(),
      400,
    );
  });

  test('refuse other methods, and other paths', async (t) => {
    const http = await HttpStage.open(t);
    const put = http.send('PUT', {}, '{}');
    assert.equal(await put.status(), 405);
    assert.equal((await put.head()).headers.allow, 'POST, GET, DELETE');
    const elsewhere = await fetch(`${http.front.origin}/elsewhere`, {
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
    assert.equal(elsewhere.status, 404);
    await elsewhere.text();
  });
});

suite('bodies', () => {
  test('what is no JSON, no message or nothing at all gets its error', async (t) => {
    const http = await HttpStage.open(t);
    const table: [string, number][] = [
      ['', -32700],
      ['{', -32700],
      ['{"jsonrpc":"2.0","id":1,"method":"a\nb"}', -32700],
      ['nope', -32700],
      ['{"jsonrpc":"2.0","id":1,"method":"x","params":{"bad":"\\x"}}', -32700],
      ['42', -32600],
      ['{}', -32600],
      ['[]', -32600],
      ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
      ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
    ];
    for (const [body, code] of table) {
      const refused = http.send('POST', {}, body);
      assert.deepEqual([await refused.status(), await refused.errorCode()], [400, code], body);
    }
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    const latin = await fetch(`${http.front.origin}/mcp`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json' },
      body: bytes,
    });
    assert.equal(latin.status, 400);
    await latin.text();
  });

  test('what is not declared as JSON is not read', async (t) => {
    const http = await HttpStage.open(t);
    for (const type of ['text/plain', 'application/jsonp', '']) {
      assert.equal(await http.send('POST', { 'Content-Type': type }, '{}').status(), 415, type);
    }
    assert.equal(await http.send('POST', { 'Content-Encoding': 'gzip' }, '{}').status(), 415);
    const charset = { 'Content-Type': 'application/json; charset=utf-8' };
    assert.equal(await http.send('POST', charset, '{}').status(), 400);
  });

  test('one that says it is too large is refused unread, and the next one is served', async (t) => {
    const http = await HttpStage.open(t);
    const large = http.send('POST', { 'Content-Length': String(33 * 1024 * 1024) });
    assert.equal(await large.status(), 413);
    large.drop();
    await http.greeted();
  });

  test('P12 a message over several lines reaches the server in one', async (t) => {
    const http = await HttpStage.open(t);
    const session = await http.greeted();
    const body =
      '{"jsonrpc":"2.0",\r\n "id": 1,\n "method":"x/y",\n "params":{"n":1.0,"s":"a\\nb"}}';
    http.send('POST', session, body);
    await http.sent('x/y');
    const [line] = http.stage.server.sent.filter((sent) => sent.includes('x/y'));
    assert.match(line ?? '', /^[^\n\r]*"params":\{"n":1\.0,"s":"a\\nb"\}\}$/);
  });
});
