import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ConnectSession, LINK_WAIT_MS } from '../../../../src/cli/connect/connectSession.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

function stage() {
  const clock = new FakeClock();
  const toHost: string[] = [];
  const toLink: string[] = [];
  const stderr: string[] = [];
  let drops = 0;
  const session = new ConnectSession({
    toHost: (line) => toHost.push(line),
    toLink: (line) => toLink.push(line),
    toStderr: (text) => stderr.push(text),
    dropLink: () => {
      drops += 1;
    },
    clock,
  });
  const request = (id: number, method: string) =>
    session.fromHost(JSON.stringify({ jsonrpc: '2.0', id, method }));
  return { clock, session, toHost, toLink, stderr, request, drops: () => drops };
}

function failureOf(line: string | undefined): { id: unknown; code: unknown; message: string } {
  const { id, error } = JSON.parse(line ?? '{}');
  return { id, code: error.data.code, message: error.message };
}

suite('ConnectSession', () => {
  test('keeps requests in order until the link is up', () => {
    const { session, toLink, request } = stage();
    request(1, 'initialize');
    session.fromHost('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    request(2, 'tools/list');
    assert.deepEqual(toLink, []);
    session.linkOpened();
    assert.deepEqual(
      toLink.map((line) => JSON.parse(line).method),
      ['initialize', 'notifications/initialized', 'tools/list'],
    );
  });

  test('answers a request that waited too long with the last failure', () => {
    const { session, clock, toHost, request } = stage();
    request(1, 'tools/list');
    session.linkFailed('The broker (pid 5) does not answer.');
    clock.advance(LINK_WAIT_MS - 1);
    assert.deepEqual(toHost, []);
    clock.advance(1);
    const { id, code, message } = failureOf(toHost[0]);
    assert.deepEqual([id, code], [1, 'no_broker']);
    assert.match(message, /pid 5/);
    session.linkOpened();
    assert.equal(toHost.length, 1);
    assert.equal(clock.pending, 0);
  });

  test('waits for each request its own time', () => {
    const { clock, toHost, request } = stage();
    request(1, 'a');
    clock.advance(10_000);
    request(2, 'b');
    clock.advance(20_000);
    assert.deepEqual(
      toHost.map((line) => failureOf(line).id),
      [1],
    );
    clock.advance(10_000);
    assert.deepEqual(
      toHost.map((line) => failureOf(line).id),
      [1, 2],
    );
  });

  test('gives initialize the time it has left, not more', () => {
    const { session, clock, toHost, request } = stage();
    session.linkOpened();
    request(1, 'initialize');
    clock.advance(20_000);
    session.linkLost();
    clock.advance(9_999);
    assert.deepEqual(toHost, []);
    clock.advance(1);
    assert.equal(failureOf(toHost[0]).id, 1);
  });

  test('sends initialized again after an initialize that went down', () => {
    const { session, toLink, request } = stage();
    session.linkOpened();
    request(1, 'initialize');
    session.fromHost('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    session.linkLost();
    toLink.length = 0;
    session.linkOpened();
    assert.deepEqual(
      toLink.map((line) => JSON.parse(line).method),
      ['initialize', 'notifications/initialized'],
    );
  });

  test('a request cancelled while it waits goes nowhere', () => {
    const { session, clock, toHost, toLink, request } = stage();
    request(1, 'tools/call');
    session.fromHost(
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
    );
    session.linkOpened();
    clock.advance(LINK_WAIT_MS);
    assert.deepEqual([toHost, toLink], [[], []]);
  });

  test('a request cancelled in flight wants no error when the link breaks', () => {
    const { session, toHost, request } = stage();
    session.linkOpened();
    request(1, 'tools/call');
    session.fromHost(
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
    );
    session.linkLost();
    assert.deepEqual(toHost, []);
  });

  test('fails what waits when waiting is in vain', () => {
    const { session, clock, toHost, request } = stage();
    request(1, 'initialize');
    session.failWaiting('The home cannot be used.');
    assert.match(failureOf(toHost[0]).message, /home cannot be used/);
    assert.equal(clock.pending, 0);
  });

  test('hands over what waits, in order', () => {
    const { session, request } = stage();
    request(1, 'initialize');
    session.fromHost('{"jsonrpc":"2.0","method":"x"}');
    assert.deepEqual(
      session.takeWaiting().map((line) => JSON.parse(line).method),
      ['initialize', 'x'],
    );
  });

  test('splits a batch into messages with an answer each', () => {
    const { session, toLink, toHost } = stage();
    session.linkOpened();
    session.fromHost(
      '[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"}]',
    );
    session.linkLost();
    assert.equal(toLink.length, 2);
    assert.equal(toHost.length, 2);
  });

  test('keeps ids apart that a number would round, and gives them back whole', () => {
    const { session, toLink, toHost } = stage();
    session.linkOpened();
    const ids = ['9007199254740992', '9007199254740993', '-12345678901234567890'];
    for (const id of ids) session.fromHost(`{"jsonrpc":"2.0","id":${id},"method":"a"}`);
    const answer = `{"jsonrpc":"2.0","id":${ids[0]},"result":{}}`;
    session.fromLink(answer);
    session.fromHost(
      `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${ids[1]}}}`,
    );
    session.fromLink(`{"jsonrpc":"2.0","id":${ids[1]},"result":{}}`);
    assert.equal(toLink.at(-1), `{"$":"unwritten","id":${ids[1]}}`);
    session.linkLost();
    assert.equal(toHost[0], answer);
    assert.match(toHost[1] ?? '', new RegExp(`"id":${ids[2]},"error"`));
    assert.equal(toHost.length, 2);
  });

  test('answers what is nested without end and goes on', () => {
    const { session, toLink, toHost, request } = stage();
    session.linkOpened();
    const deep = '['.repeat(60_000) + ']'.repeat(60_000);
    for (const line of [deep, `[{"id":1,"method":"a","params":${deep}}]`]) session.fromHost(line);
    session.fromHost(`{"jsonrpc":"2.0","id":7,"method":"a","params":${deep}}`);
    assert.deepEqual(
      toHost.map((line) => JSON.parse(line).id),
      [null, null, 7],
    );
    request(8, 'ping');
    assert.equal(toLink.length, 1);
  });

  test('lets a server error without an id through', () => {
    const { session, toHost } = stage();
    session.linkOpened();
    const line = '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}';
    session.fromLink(line);
    assert.deepEqual(toHost, [line]);
  });

  test('shows the host nothing but messages', () => {
    const { session, toHost, stderr } = stage();
    session.linkOpened();
    session.fromLink('{"$":"stderr","text":"hello"}');
    session.fromLink('{"$":"later"}');
    session.fromLink('{"jsonrpc":"2.0","id":99,"result":{}}');
    session.fromLink('not JSON');
    assert.deepEqual([toHost, stderr], [[], ['hello']]);
  });

  test('drops a link whose server refuses the replay', () => {
    const { session, toLink, request, drops } = stage();
    session.linkOpened();
    request(0, 'initialize');
    session.fromLink('{"jsonrpc":"2.0","id":0,"result":{}}');
    session.linkLost();
    session.linkOpened();
    const { id } = JSON.parse(toLink.at(-1) ?? '');
    session.fromLink(JSON.stringify({ jsonrpc: '2.0', id, error: { code: 1, message: 'gone' } }));
    assert.equal(drops(), 1);
  });

  test('a new link is told the log level and the subscriptions that hold', () => {
    const { session, toLink, toHost, request } = stage();
    const ask = (id: number, method: string, params: object) =>
      session.fromHost(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    session.linkOpened();
    request(0, 'initialize');
    session.fromLink('{"jsonrpc":"2.0","id":0,"result":{}}');
    ask(1, 'logging/setLevel', { level: 'debug' });
    ask(2, 'logging/setLevel', { level: 'error' });
    ask(3, 'resources/subscribe', { uri: 'a://1' });
    ask(4, 'resources/subscribe', { uri: 'a://2' });
    ask(5, 'resources/unsubscribe', { uri: 'a://1' });
    session.linkLost();
    session.linkOpened();
    const { id } = JSON.parse(toLink.at(-1) ?? '');
    toLink.length = 0;
    toHost.length = 0;
    session.fromLink(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    const told = toLink.map((line) => JSON.parse(line));
    assert.deepEqual(
      told.map(({ method, params }) => [method, params]),
      [
        ['logging/setLevel', { level: 'error' }],
        ['resources/subscribe', { uri: 'a://2' }],
      ],
    );
    for (const one of told) {
      session.fromLink(JSON.stringify({ jsonrpc: '2.0', id: one.id, result: {} }));
    }
    assert.deepEqual(toHost, [], 'the host notices nothing');
  });

  test('a refused initialize is not replayed', () => {
    const { session, toLink, request } = stage();
    session.linkOpened();
    request(0, 'initialize');
    session.fromLink('{"jsonrpc":"2.0","id":0,"error":{"code":1,"message":"no"}}');
    session.linkLost();
    toLink.length = 0;
    session.linkOpened();
    assert.deepEqual(toLink, []);
  });
});
