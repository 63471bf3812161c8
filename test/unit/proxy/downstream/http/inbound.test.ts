import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { classifyInboundRequest } from '@modelcontextprotocol/server';
import { readInbound } from '../../../../../src/proxy/downstream/http/inbound.ts';
import { envelope, MODERN } from '../../../../support/httpStage.ts';

const LEGACY = '2025-11-25';
const NONE = { version: undefined, method: undefined, name: undefined };

function whole(method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id: 1, method, params: { _meta: envelope(), ...params } };
}

function bare(method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id: 1, method, params };
}

function without(key: string): object {
  const meta = { ...envelope() } as Record<string, unknown>;
  delete meta[`io.modelcontextprotocol/${key}`];
  return bare('tools/list', { _meta: meta });
}

function outcome(body: unknown, headers: object = {}): string {
  const inbound = readInbound(JSON.stringify(body), { ...NONE, ...headers });
  return inbound.era ?? `${inbound.refusal.status} ${inbound.refusal.code}`;
}

function official(
  body: unknown,
  { version, method }: { version?: string; method?: string },
): string {
  const outcome = classifyInboundRequest({
    httpMethod: 'POST',
    body,
    ...(version !== undefined && { protocolVersionHeader: version }),
    ...(method !== undefined && { mcpMethodHeader: method }),
  });
  return outcome.kind === 'reject' ? `${outcome.httpStatus} ${outcome.code}` : outcome.kind;
}

suite('the era of an HTTP request', () => {
  test('P12 is told as the official SDK tells it', () => {
    const bodies = [
      whole('tools/list'),
      whole('initialize'),
      bare('initialize', { protocolVersion: LEGACY }),
      bare('tools/list'),
      without('protocolVersion'),
      without('clientCapabilities'),
      without('clientInfo'),
      bare('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': 7 } }),
      { jsonrpc: '2.0', method: 'notifications/x' },
      { jsonrpc: '2.0', method: 'notifications/x', params: { _meta: envelope() } },
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'x' } },
      [],
      [bare('tools/list')],
      [bare('tools/list'), 1],
      [whole('tools/list')],
      {},
      42,
    ];
    for (const body of bodies) {
      for (const version of [undefined, LEGACY]) {
        const shown = `${JSON.stringify(body)} under ${version}`;
        const headers = version === undefined ? {} : { version };
        const ours = outcome(body, { ...headers, method: methodOf(body) });
        const method = methodOf(body);
        const theirs = official(body, { ...headers, ...(method !== undefined && { method }) });
        // A missing header is their next step's business, not yet their classifier's.
        const isTheirNext = version === undefined && theirs === 'modern' && 'id' in Object(body);
        assert.equal(ours, isTheirNext ? '400 -32020' : theirs, shown);
      }
    }
  });

  test('a header that contradicts the body is a mismatch, whatever the body is', () => {
    const list = whole('tools/list');
    const table: [object, object, string][] = [
      [list, { version: MODERN, method: 'tools/list' }, 'modern'],
      [list, { version: MODERN, method: 'TOOLS/LIST' }, '400 -32020'],
      [list, { version: MODERN }, '400 -32020'],
      [list, { method: 'tools/list' }, '400 -32020'],
      [list, { version: LEGACY, method: 'tools/list' }, '400 -32020'],
      [bare('initialize'), { version: MODERN }, '400 -32020'],
      [bare('tools/list'), { version: MODERN, method: 'tools/list' }, '400 -32602'],
      [{ jsonrpc: '2.0', id: 1, result: {} }, { version: MODERN }, '400 -32600'],
      [{ jsonrpc: '2.0', method: 'notifications/x' }, { version: MODERN }, 'modern'],
    ];
    for (const [body, headers, expected] of table) {
      assert.equal(outcome(body, headers), expected, JSON.stringify([body, headers]));
    }
  });

  test('Mcp-Name must name what the body names', () => {
    const table: [string, object, string | undefined, string][] = [
      ['tools/call', { name: 'build' }, 'build', 'modern'],
      ['tools/call', { name: 'build' }, 'other', '400 -32020'],
      ['tools/call', { name: 'build' }, undefined, '400 -32020'],
      ['tools/call', { name: 'bäu' }, '=?base64?YsOkdQ==?=', 'modern'],
      ['tools/call', { name: 'bäu' }, '=?base64?YsOkdQ?=', '400 -32020'],
      ['resources/read', { uri: 'a:b' }, 'a:b', 'modern'],
      ['tasks/get', { taskId: 'th_x' }, 'th_y', '400 -32020'],
      ['tasks/get', { taskId: 'th_x' }, 'th_x', 'modern'],
      ['tools/list', {}, undefined, 'modern'],
      ['toString', {}, undefined, 'modern'],
    ];
    for (const [method, params, name, expected] of table) {
      const headers = { version: MODERN, method, ...(name !== undefined && { name }) };
      assert.equal(outcome(whole(method, params), headers), expected, `${method} ${name}`);
    }
  });

  test('another modern version is refused with the one there is', () => {
    const meta = { ...envelope(), 'io.modelcontextprotocol/protocolVersion': 'v999' };
    const body = JSON.stringify(bare('server/discover', { _meta: meta }));
    const inbound = readInbound(body, { ...NONE, version: 'v999', method: 'server/discover' });
    assert.ok(inbound.era === null);
    assert.deepEqual([inbound.refusal.code, inbound.id], [-32022, '1']);
    assert.deepEqual(inbound.refusal.data, { supported: [MODERN], requested: 'v999' });
  });
});

function methodOf(body: unknown): string | undefined {
  const { method } = Object(body) as { method?: string };
  return method;
}
