import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { BreakableRelay } from '../../support/breakableRelay.ts';
import { fixtureServer, textOf } from '../../support/connectClient.ts';
import { ServeHome, type ServeProgram } from '../../support/serveProgram.ts';

type Call = (
  args: Record<string, unknown>,
  onprogress: () => void,
) => Promise<Parameters<typeof textOf>[0]>;
type Connect = (t: TestContext, url: URL, served: ServeProgram) => Promise<Call>;

const NAME = 'wait_for_file';

const v1: Connect = async (t, url, { headers }) => {
  const client = new ClientV1({ name: 'v1', version: '1' });
  t.after(() => client.close());
  const transport = new TransportV1(url, { requestInit: { headers } });
  await client.connect(transport as Parameters<ClientV1['connect']>[0]);
  return async (args, onprogress) =>
    (await client.callTool({ name: NAME, arguments: args }, undefined, { onprogress })) as Awaited<
      ReturnType<Call>
    >;
};

const v2: Connect = async (t, url, { headers }) => {
  const client = new ClientV2({ name: 'v2', version: '1' });
  t.after(() => client.close());
  await client.connect(new TransportV2(url, { requestInit: { headers } }));
  return async (args, onprogress) =>
    (await client.callTool({ name: NAME, arguments: args }, { onprogress })) as Awaited<
      ReturnType<Call>
    >;
};

suite('a connection that breaks under a legacy client', () => {
  for (const [version, connect] of [
    ['1', v1],
    ['2', v2],
  ] as const) {
    test(`P4 costs the client of SDK ${version} nothing: its call is executed once and answered`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'mth-resume-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const [path, log] = [join(folder, 'go'), join(folder, 'log')];
      const home = new ServeHome(t);
      const served = await home.serve(fixtureServer('answersWhenTold.mjs'), ['--policy', 'never']);
      const url = new URL(served.url);
      const relay = await BreakableRelay.to(t, Number(url.port));
      url.port = String(relay.port);
      const call = await connect(t, url, served);
      const result = await call({ path, log }, () => {
        relay.break();
        writeFileSync(path, '');
      });
      assert.equal(textOf(result), `found ${path}`);
      assert.equal(readFileSync(log, 'utf8').trim().split('\n').length, 1);
    });
  }
});
