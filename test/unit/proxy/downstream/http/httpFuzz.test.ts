import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SESSION_IDLE_MS } from '../../../../../src/proxy/downstream/http/legacySessions.ts';
import type { Script } from '../../../../support/fakeChannel.ts';
import { envelope, type Headers, HttpStage, MODERN } from '../../../../support/httpStage.ts';
import { waitFor } from '../../../../support/processes.ts';
import { RandomJson } from '../../../../support/randomJson.ts';

/** The first is for every run; one that has found something once stays in the list. */
const SEEDS = [20261125, 7, 4711];
const ROUNDS = Number(process.env.FUZZ_ROUNDS ?? 200);
const DEADLINE_MS = 10_000;
const DAY_MS = 24 * 3600 * 1000;

const answersAll: Script = ({ method }) =>
  method === 'initialize'
    ? { protocolVersion: '2025-11-25', capabilities: { tools: {} } }
    : { resultType: 'complete', content: [], tools: [] };

const METHODS = [
  'tools/list',
  'tools/call',
  'initialize',
  'server/discover',
  'subscriptions/listen',
  'notifications/cancelled',
  'notifications/progress',
  'resources/read',
  'x/y',
] as const;

/** What a client might send, before it is spoilt. */
function message(random: RandomJson): object {
  const method = random.pick(...METHODS);
  const params = {
    ...(random.below(2) === 0 && { _meta: { ...envelope(), progressToken: random.below(3) } }),
    name: random.pick('build', 'task_poll', ''),
    requestId: random.below(3),
    arguments: JSON.parse(random.value(3)),
  };
  const id = random.pick<unknown>(1, 2, 'a', undefined, null);
  return random.below(8) === 0 ? { id, result: {} } : { jsonrpc: '2.0', id, method, params };
}

/** Bytes are left out, doubled, or others. */
function spoilt(text: string, random: RandomJson): string {
  let result = text;
  for (let count = random.below(4); count > 0; count -= 1) {
    const at = random.below(result.length + 1);
    const [head, tail] = [result.slice(0, at), result.slice(at)];
    const noise = random.pick('"', '{', '}', '[', ']', ',', ':', '\\', '\n', '\0', 'é', '0', ' ');
    result = random.pick(head + noise + tail, head + tail.slice(1), head, head + head + tail);
  }
  return result;
}

function headers(random: RandomJson, session: Headers): Headers {
  const all: Record<string, string> = random.pick<Headers>(session, {}, {});
  const given = { ...all };
  const set = (name: string, ...values: [string, ...string[]]) => {
    if (random.below(2) === 0) given[name] = random.pick(...values);
  };
  set('MCP-Protocol-Version', MODERN, MODERN, '2025-11-25', 'x');
  set('Mcp-Method', ...METHODS);
  set('Mcp-Name', 'build', '=?base64?YnVpbGQ=?=', '=?base64?!?=');
  set('Last-Event-ID', '0-0', '1-0', '1-9', '-', '99999999999999999999-1');
  if (random.below(9) === 0) given['Mcp-Session-Id'] = 'gone';
  if (random.below(9) === 0) given.Accept = 'text/html';
  return given;
}

suite('the HTTP front under mutated messages', () => {
  for (const seed of SEEDS) {
    test(`answers each, lives, and keeps nothing (seed ${seed})`, async (t) => {
      const random = new RandomJson(seed);
      const http = await HttpStage.open(t);
      http.stage.script = answersAll;
      const session = await http.greeted();
      for (let round = 0; round < ROUNDS; round += 1) {
        const method = random.pick('POST', 'POST', 'POST', 'POST', 'GET', 'DELETE');
        const body = method === 'POST' ? spoilt(JSON.stringify(message(random)), random) : '';
        const given = headers(random, session);
        const exchange = http.send(method, given, body);
        const shown = `${round}: ${method} ${JSON.stringify(given)} ${body}`;
        // A call may be waiting for one with an equal id, so some are left before their answer.
        const status = await Promise.race([exchange.status(), pause(50, 0)]);
        assert.ok(status < 500, shown);
        if (!exchange.isOver) exchange.drop();
      }
      await http.greeted();
      const asked = http.ask('last', 'x/y');
      assert.equal(await asked.status(), 200);
      await asked.end();
      await waitFor(async () => {
        http.stage.clock.advance(SESSION_IDLE_MS + 60_000);
        await pause(1);
        return http.stage.pool.size === 0;
      }, DEADLINE_MS);
      http.stage.clock.advance(DAY_MS);
    });
  }
});
