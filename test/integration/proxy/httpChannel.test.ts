import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import { Emitter } from '../../../src/common/event.ts';
import type { RemoteWork } from '../../../src/registry/taskRecord.ts';
import { answersWithHtml } from '../../fixtures/mcp/remote/answersWithHtml.ts';
import { asksForSignIn } from '../../fixtures/mcp/remote/asksForSignIn.ts';
import { breaksItsStream } from '../../fixtures/mcp/remote/breaksItsStream.ts';
import { endsWithoutAnswer } from '../../fixtures/mcp/remote/endsWithoutAnswer.ts';
import { forgetsSessions } from '../../fixtures/mcp/remote/forgetsSessions.ts';
import { neverAnswers } from '../../fixtures/mcp/remote/neverAnswers.ts';
import {
  json,
  rawRemote,
  sendEvent,
  startEvents,
  text,
} from '../../fixtures/mcp/remote/rawRemote.ts';
import { redirectsElsewhere } from '../../fixtures/mcp/remote/redirectsElsewhere.ts';
import { HttpChannelStage, untilStalled } from '../../support/httpChannelStage.ts';
import { waitFor } from '../../support/processes.ts';
import { freePort, type HttpBehaviour, serveHttp } from '../../support/remoteServer.ts';

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

function endsWith(status: number, error: object): HttpBehaviour {
  return (_request, _body, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error }));
  };
}

suite('a channel over Streamable HTTP', () => {
  test('P12 a message goes out byte for byte, and its headers are those of its era', async (t) => {
    const bodies: string[] = [];
    const headers: unknown[] = [];
    const url = await serveHttp(t, (request, body, response) => {
      bodies.push(body);
      headers.push([request.headers['mcp-protocol-version'], request.headers['mcp-name']]);
      json(response, JSON.parse(body).id, {});
    });
    const stage = await HttpChannelStage.open(t, url);
    const meta = JSON.stringify(MODERN);
    const line = `{"jsonrpc":"2.0", "id":7,"method":"tools/call","params":{"name":"run","arguments":{"n":12345678901234567890,"x":1.0},"_meta":${meta}}}`;
    stage.channel.send(line);
    await stage.answer(7);
    assert.deepEqual(bodies, [line]);
    assert.deepEqual(headers, [['2026-07-28', 'run']]);
  });

  const RESULT = '"result":{"z":1,"a":{"n":12345678901234567890,"x":1.0}},"extra":null';
  const bodies: [string, string, string][] = [
    ['a body', 'application/json', `{"jsonrpc": "2.0","id":7,${RESULT}}`],
    ['a stream', 'text/event-stream', `data: {"jsonrpc": "2.0","id":7,${RESULT}}\n\n`],
    ['a batch', 'application/json', `[{"jsonrpc": "2.0","id":7,${RESULT}}]`],
  ];
  for (const [what, type, body] of bodies) {
    test(`P12 an answer in ${what} comes in byte for byte`, async (t) => {
      const url = await serveHttp(t, (_request, _body, response) => {
        response.writeHead(200, { 'content-type': type }).end(body);
      });
      const stage = await HttpChannelStage.open(t, url);
      stage.request(7, 'ping');
      assert.equal(await stage.lines.next(), `{"jsonrpc": "2.0","id":7,${RESULT}}`);
    });
  }

  test('P12 an answer over several lines is one line', async (t) => {
    const url = await serveHttp(t, (_request, _body, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{\r\n  "jsonrpc": "2.0",\n  "id": 7,\n  "result": {}\n}\n');
    });
    const stage = await HttpChannelStage.open(t, url);
    stage.request(7, 'ping');
    assert.equal(await stage.lines.next(), '{   "jsonrpc": "2.0",   "id": 7,   "result": {} } ');
  });

  test('the session and the version of a legacy server are said with every later message', async (t) => {
    const said: unknown[] = [];
    const raw = rawRemote(({ request, response, message }) => {
      const { 'mcp-session-id': session, 'mcp-protocol-version': version } = request.headers;
      said.push([request.method, session, version, request.headers.authorization]);
      if (request.method === 'POST') json(response, message.id, text('done'));
      else response.writeHead(405).end();
    });
    const url = await serveHttp(t, raw);
    const headers = { Authorization: 'Bearer t' };
    const stage = await HttpChannelStage.open(t, url, { definition: { headers } });
    await stage.initialize();
    stage.call(2, 'run');
    await stage.answer(2);
    await waitFor(() => said.length >= 2, 30_000, 'its stream is asked for');
    await stage.channel.shutDown();
    const same = ['session-1', '2025-11-25', 'Bearer t'];
    assert.deepEqual(said, [
      ['GET', ...same],
      ['POST', ...same],
      ['DELETE', ...same],
    ]);
  });

  const notServers: [string, HttpBehaviour, RegExp][] = [
    ['a server that wants OAuth', asksForSignIn, /asks for OAuth sign-in \(HTTP 401\).*header\.$/],
    ['a web page', answersWithHtml, /answered with text\/html, not as an MCP server/],
    ['a redirect to another origin', redirectsElsewhere, /Redirect to http:\/\/other\.example/],
    ['an HTTP error', (_q, _b, response) => void response.writeHead(500).end('x'), /HTTP 500/],
    [
      'JSON that is no message',
      (_q, _b, response) => json(response, {}, {}),
      /not one to this request/,
    ],
  ];
  for (const [what, behave, words] of notServers) {
    test(`${what} is one clear line for each request, and the connection lives`, async (t) => {
      const stage = await HttpChannelStage.open(t, await serveHttp(t, behave));
      for (const id of [1, 2]) {
        stage.request(id, 'initialize');
        const line = await stage.failure(id);
        assert.match(line, words);
        assert.doesNotMatch(line, /\n/);
      }
    });
  }

  test('a server that is not there is one clear line, and is found when it is', async (t) => {
    const stage = await HttpChannelStage.open(t, `http://127.0.0.1:${await freePort()}/mcp`);
    stage.request(1, 'ping');
    assert.match(await stage.failure(1), /refuses the connection: start the server/);
  });

  test('an error of the protocol in an HTTP error is passed on as it is', async (t) => {
    const url = await serveHttp(t, (_request, _body, response) => {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"no","data":{}}}');
    });
    const stage = await HttpChannelStage.open(t, url);
    stage.request(3, 'server/discover', { _meta: MODERN });
    const { error } = await stage.answer(3);
    assert.deepEqual(error, { code: -32601, message: 'no', data: {} });
  });

  test('a stream that ends without an answer fails its request', async (t) => {
    const stage = await HttpChannelStage.open(t, await serveHttp(t, endsWithoutAnswer));
    await stage.initialize();
    stage.call(2, 'run');
    assert.match(await stage.failure(2), /ended its answer without a result/);
    assert.equal(stage.lines.all.filter((line) => line.includes('progress')).length, 1);
  });

  test('a stream with event ids that breaks is resumed', async (t) => {
    const resumed: string[] = [];
    const behave = breaksItsStream((last) => resumed.push(last));
    const stage = await HttpChannelStage.open(t, await serveHttp(t, behave));
    await stage.initialize();
    stage.call(2, 'run');
    assert.deepEqual((await stage.answer(2)).result, text('resumed'));
    assert.deepEqual(resumed, ['e1']);
  });

  for (const place of ['/s/4fd09c/mcp', '/mcp?key=4fd09c', '/mcp#4fd09c']) {
    test(`P8 an address that may hold a secret is not told to the record: ${place}`, async (t) => {
      const url = await serveHttp(
        t,
        breaksItsStream(() => {}),
      );
      const stage = await HttpChannelStage.open(t, new URL(place, url).href);
      await stage.initialize();
      stage.call(5, 'run');
      await stage.lines.next((line) => line.includes('progress'));
      await stage.channel.end(0);
      assert.equal(stage.remotes[0]?.remote.url, null);
    });
  }

  test('P5 a later channel gets the answer by what the first has told', async (t) => {
    const url = await serveHttp(
      t,
      breaksItsStream(() => {}),
    );
    const first = await HttpChannelStage.open(t, url);
    await first.initialize();
    first.call(5, 'run');
    await first.lines.next((line) => line.includes('progress'));
    await first.channel.end(0);
    const [news] = first.remotes;
    assert.deepEqual(news, {
      requestId: 5,
      remote: {
        era: 'legacy',
        url,
        sessionId: 'session-1',
        protocolVersion: '2025-11-25',
        taskId: null,
        requestId: 5,
        lastEventId: 'e1',
      },
    });
    const second = await HttpChannelStage.open(t, url, { resume: news.remote });
    assert.deepEqual((await second.answer(5)).result, text('resumed'));
    assert.deepEqual(second.remotes, [news], 'it is told again once the session has answered');
  });

  const unresumed: [string, HttpBehaviour][] = [
    ['that has no streams', neverAnswers],
    ['that does not know the event', endsWith(400, { code: -32000, message: 'Invalid event' })],
    ['that does not know the session', endsWith(404, { code: -32001, message: 'Not found' })],
  ];
  for (const [what, behave] of unresumed) {
    test(`P5 at a server ${what} nothing is resumed, and nobody says that the call failed`, async (t) => {
      const url = await serveHttp(t, behave);
      const resume: RemoteWork = {
        era: 'legacy',
        url,
        sessionId: 'session-1',
        protocolVersion: '2025-11-25',
        taskId: null,
        requestId: 5,
        lastEventId: 'e1',
      };
      const stage = await HttpChannelStage.open(t, url, { resume });
      assert.match((await stage.exit).stderrTail, /HTTP 40[045]/);
      assert.deepEqual([stage.lines.all, stage.remotes], [[], []]);
    });
  }

  test('P8 a url with a query is not told, nor one that needs headers', async (t) => {
    const url = await serveHttp(
      t,
      breaksItsStream(() => {}),
    );
    for (const definition of [{ url: `${url}?key=secret` }, { headers: { A: 'secret' } }]) {
      const stage = await HttpChannelStage.open(t, url, { definition });
      await stage.initialize();
      stage.call(2, 'run');
      await stage.answer(2);
      assert.equal(stage.remotes[0]?.remote.url, null);
      assert.doesNotMatch(JSON.stringify(stage.remotes), /secret/);
    }
  });

  test('a session that is gone ends the channel', async (t) => {
    let isForgotten = false;
    const stage = await HttpChannelStage.open(
      t,
      await serveHttp(
        t,
        forgetsSessions(() => isForgotten),
      ),
    );
    await stage.initialize();
    stage.call(2, 'run');
    await stage.answer(2);
    isForgotten = true;
    stage.call(3, 'run');
    const exit = await stage.exit;
    assert.match(exit.stderrTail, /does not know the session any more \(HTTP 404\)/);
  });

  test('a cancelled request of the modern era ends its stream, and nothing is posted', async (t) => {
    const methods: string[] = [];
    const reached = new Emitter<ServerResponse>();
    const atServer = new Promise<ServerResponse>((resolve) => reached.event(resolve));
    const url = await serveHttp(t, (_request, body, response) => {
      methods.push(JSON.parse(body).method);
      startEvents(response);
      reached.fire(response);
    });
    const stage = await HttpChannelStage.open(t, url);
    stage.request(4, 'tools/call', { name: 'run', _meta: MODERN });
    const closed = once(await atServer, 'close');
    stage.notify('notifications/cancelled', { requestId: 4 });
    assert.match(await stage.failure(4), /cancelled/);
    await closed;
    assert.deepEqual(methods, ['tools/call']);
  });

  test('P12 what is held back is not read, and nothing of it is lost', async (t) => {
    const block = 'x'.repeat(1024 * 1024);
    const full = new Emitter<ServerResponse>();
    const isFull = new Promise<ServerResponse>((resolve) => full.event(resolve));
    const url = await serveHttp(
      t,
      rawRemote(({ response, message }) => {
        if (message.method !== 'tools/call') return void response.writeHead(405).end();
        startEvents(response);
        for (let progress = 0; progress < 20; progress++) {
          const params = { progressToken: 2, progress, message: block };
          sendEvent(response, { jsonrpc: '2.0', method: 'notifications/progress', params });
        }
        sendEvent(response, { jsonrpc: '2.0', id: 2, result: text('whole') });
        response.end();
        full.fire(response);
      }),
    );
    const stage = await HttpChannelStage.open(t, url);
    await stage.initialize();
    stage.channel.holdOutput(true);
    stage.call(2, 'run');
    const response = await isFull;
    await untilStalled(response, url);
    assert.equal(response.writableFinished, false, 'the server could not write it all');
    assert.equal(stage.lines.all.length, 1);
    stage.channel.holdOutput(false);
    await stage.answer(2);
    assert.equal(stage.lines.all.length, 22);
  });

  test('a server that is silent for longer than fetch allows is waited for', async (t) => {
    const place = Symbol.for('undici.globalDispatcher.1');
    void new Headers();
    const inUse: object = Reflect.get(globalThis, place);
    const Agent = inUse.constructor as new (options: object) => object;
    Reflect.set(globalThis, place, new Agent({ headersTimeout: 300, bodyTimeout: 300 }));
    t.after(() => Reflect.set(globalThis, place, inUse));
    const held: (() => void)[] = [];
    const url = await serveHttp(t, (_request, body, response) => {
      held.push(() => json(response, body === '' ? 0 : JSON.parse(body).id, {}));
    });
    const stage = await HttpChannelStage.open(t, url);
    stage.request(2, 'ping');
    // It was sent before this, so that it is silent for longer.
    await assert.rejects(fetch(url), /fetch failed/);
    for (const answer of held) answer();
    assert.deepEqual((await stage.answer(2)).result, {});
  });

  test('a server that never answers is left by its end, at once', async (t) => {
    const stage = await HttpChannelStage.open(t, await serveHttp(t, neverAnswers));
    await stage.initialize();
    stage.call(2, 'run');
    const { level, freed } = await stage.channel.end(200);
    assert.deepEqual([level, freed?.processes], ['none', 0]);
    await stage.exit;
  });
});
