import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod/v4';
import { HttpChannelStage } from '../../support/httpChannelStage.ts';
import { LineInbox } from '../../support/lineInbox.ts';

const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A server of the SDK that knows the modern era only; `wait` tells of its start and its end. */
async function serveModern(
  t: TestContext,
  tell: (what: 'started' | 'stopped') => void = () => {},
): Promise<string> {
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name: 'modern', version: '1' });
      server.registerTool('greet', { inputSchema: z.object({ name: z.string() }) }, ({ name }) => ({
        content: [{ type: 'text', text: `Hello ${name}` }],
      }));
      server.registerTool('wait', {}, async (ctx) => {
        tell('started');
        await once(ctx.mcpReq.signal, 'abort');
        tell('stopped');
        return { content: [] };
      });
      return server;
    },
    { legacy: 'reject' },
  );
  const handle = toNodeHandler(handler);
  const server = createServer((request, response) => {
    // Node types what only answers of servers lack as if requests could lack it.
    void handle(request as Parameters<typeof handle>[0], response);
  });
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

suite('a channel to a modern server of the SDK', () => {
  test('P12 discovers, lists and calls, with headers that the server checks', async (t) => {
    const stage = await HttpChannelStage.open(t, await serveModern(t));
    stage.request(1, 'server/discover', { _meta });
    const { result } = await stage.answer(1);
    assert.deepEqual((result as { supportedVersions: unknown }).supportedVersions, ['2026-07-28']);
    stage.request(2, 'tools/list', { _meta });
    await stage.answer(2);
    stage.request(3, 'tools/call', { name: 'greet', arguments: { name: 'Ada' }, _meta });
    assert.match(JSON.stringify(await stage.answer(3)), /Hello Ada/);
  });

  test('passes on that it does not know a method, and refuses initialize in its own words', async (t) => {
    const stage = await HttpChannelStage.open(t, await serveModern(t));
    stage.request(1, 'no/such', { _meta });
    assert.equal(((await stage.answer(1)).error as { code: number }).code, -32601);
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    stage.request(2, 'initialize', params);
    assert.equal(((await stage.answer(2)).error as { code: number }).code, -32022);
  });

  test('P6 a cancelled call is stopped in the server by the end of its stream', async (t) => {
    const told = new LineInbox();
    const stage = await HttpChannelStage.open(t, await serveModern(t, (what) => told.push(what)));
    stage.request(4, 'tools/call', { name: 'wait', arguments: {}, _meta });
    assert.equal(await told.next(), 'started');
    stage.notify('notifications/cancelled', { requestId: 4 });
    assert.match(await stage.failure(4), /cancelled/);
    assert.equal(await told.next(), 'stopped');
  });
});
