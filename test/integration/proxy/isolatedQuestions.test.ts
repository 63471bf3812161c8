import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type CallToolResult, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { cliJson } from '../../support/cliProcess.ts';
import { connectClient, EVERYTHING, temporaryHome } from '../../support/connectClient.ts';
import { waitFor } from '../../support/processes.ts';
import { descendantPids } from '../../support/processTree.ts';
import { ServeHome, type ServeProgram } from '../../support/serveProgram.ts';

const SERVER = [process.execPath, EVERYTHING, 'stdio'];
const ALONE = ['--isolation', 'perCall'];
const ASKS = { name: 'trigger-elicitation-request', arguments: {} };

/** Gives each question another name: an answer that goes to the wrong server is seen. */
function names(): () => { action: 'accept'; content: { name: string; check: boolean } } {
  const left = ['Ada', 'Bea', 'Cid'];
  return () => ({ action: 'accept', content: { name: left.shift() ?? 'nobody', check: true } });
}

function nameIn(result: unknown): string {
  const text = JSON.stringify((result as CallToolResult).content);
  return /Name: (\w+)/.exec(text)?.[1] ?? text;
}

/** Held until all have asked, so that their questions are open at the same time. */
function atOnce<T>(count: number, answer: () => T): () => Promise<T> {
  let asked = 0;
  let release = () => {};
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  return async () => {
    asked += 1;
    if (asked === count) release();
    await all;
    return answer();
  };
}

async function threeAsk(client: Pick<LegacyClient, 'callTool'>): Promise<string[]> {
  const results = await Promise.all([1, 2, 3].map(() => client.callTool(ASKS)));
  return results.map(nameIn).sort();
}

async function onlyOneServerIsLeft(home: string): Promise<void> {
  const { pid } = await cliJson<{ pid: number }>(['broker', 'status', '--home', home]);
  const servers = async () => (await descendantPids(pid)).length;
  // Those of the calls have ended; the shared one and its guard are left.
  await waitFor(async () => (await servers()) <= 2, 20_000);
}

suite('P12 what servers of single calls ask', () => {
  test('reaches a legacy host, each answer the server that asked', async (t) => {
    const home = temporaryHome(t);
    const capabilities = { elicitation: {} };
    const { client } = await connectClient({ home, server: SERVER, flags: ALONE, capabilities });
    client.setRequestHandler(ElicitRequestSchema, atOnce(3, names()));
    assert.deepEqual(await threeAsk(client), ['Ada', 'Bea', 'Cid']);
    await onlyOneServerIsLeft(home);
  });

  test('reaches a legacy host over HTTP', async (t) => {
    const home = new ServeHome(t);
    const { url, headers } = await home.serve(SERVER, ALONE);
    const client = new LegacyClient(
      { name: 'legacy', version: '1' },
      { capabilities: { elicitation: {} } },
    );
    client.setRequestHandler(ElicitRequestSchema, atOnce(3, names()));
    t.after(() => client.close());
    const transport = new LegacyTransport(new URL(url), { requestInit: { headers } });
    await client.connect(transport as Parameters<LegacyClient['connect']>[0]);
    assert.deepEqual(await threeAsk(client), ['Ada', 'Bea', 'Cid']);
    await onlyOneServerIsLeft(home.path);
  });

  test('comes back as a question to a modern client, whose retry finds its server', async (t) => {
    const home = new ServeHome(t);
    const client = await modernClient(await home.serve(SERVER, ALONE));
    t.after(() => client.close());
    client.setRequestHandler('elicitation/create', atOnce(3, names()));
    const results = await Promise.all([1, 2, 3].map(() => client.callTool(ASKS)));
    assert.deepEqual(results.map(nameIn).sort(), ['Ada', 'Bea', 'Cid']);
    await onlyOneServerIsLeft(home.path);
  });
});

async function modernClient({ url, headers }: ServeProgram): Promise<ModernClient> {
  const client = new ModernClient(
    { name: 'modern', version: '1' },
    {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      capabilities: { elicitation: {} },
    },
  );
  await client.connect(new ModernTransport(new URL(url), { requestInit: { headers } }));
  return client;
}
