import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { BrokerHome } from '../../support/brokerHome.ts';
import { fixtureServer } from '../../support/connectClient.ts';
import { waitFor } from '../../support/processes.ts';

const WORKSPACE = 'w';

async function define(client: ControlClient, names: readonly string[]): Promise<void> {
  const [command = '', ...args] = fixtureServer('answersWhenTold.mjs');
  const definition = { command, args, cwd: null, env: {} };
  const routes = names.map((name) => ({ name, definition, policy: {} }));
  await client.request('routes/define', { workspace: WORKSPACE, routes });
}

async function toolsAt(t: TestContext, url: string, token: string): Promise<string[]> {
  const client = new Client({ name: 'c', version: '1' });
  t.after(() => client.close());
  const headers = { Authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport);
  const { tools } = await client.listTools();
  return tools.map(({ name }) => name);
}

/** 400 where a server is, which cannot read this; 404 where none is. */
async function statusAt(url: string, token: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
  await answer.text();
  return answer.status;
}

suite('fronts of a window', () => {
  test('serve each route of the workspace under its name, as it is now', async (t) => {
    const home = await BrokerHome.make(t);
    const window = await home.open(t);
    await define(window, ['one', 'a/b ä']);
    const asked = { route: null, workspace: WORKSPACE, port: 0 };
    const { url, token } = await window.request('fronts/open', asked);
    for (const path of ['one', encodeURIComponent('a/b ä')]) {
      const tools = await toolsAt(t, `${url}/${path}`, token);
      assert.ok(tools.includes('wait_for_file'), path);
    }
    for (const path of ['', '/', '/two', '/%E0', '/one/more']) {
      assert.equal(await statusAt(url + path, token), 404, path);
    }
    await define(window, ['two']);
    assert.equal(await statusAt(`${url}/two`, token), 400);
    assert.equal(await statusAt(`${url}/one`, token), 404);
  });

  test('P13 close when they are told to, and with the link of whoever opened them', async (t) => {
    const home = await BrokerHome.make(t);
    const [window, other] = [await home.open(t), await home.open(t)];
    await define(window, ['one']);
    const asked = { route: 'one', workspace: WORKSPACE, port: 0 };
    const first = await window.request('fronts/open', asked);
    const second = await window.request('fronts/open', asked);
    const told = { route: 'one', workspace: WORKSPACE };
    assert.deepEqual((await other.request('fronts/list', {})).fronts, [
      { ...told, url: first.url },
      { ...told, url: second.url },
    ]);
    await other.request('fronts/close', { url: first.url });
    await assert.rejects(fetch(first.url));
    const port = Number(new URL(first.url).port);
    const reused = await other.request('fronts/open', { ...asked, port });
    assert.equal(await statusAt(second.url, second.token), 400);
    window.dispose();
    const isGone = async () => (await other.request('fronts/list', {})).fronts.length === 1;
    await waitFor(isGone, 10_000);
    await assert.rejects(fetch(second.url));
    assert.equal(await statusAt(reused.url, reused.token), 400);
  });

  test('what cannot be opened is refused with its reason', async (t) => {
    const home = await BrokerHome.make(t);
    const window = await home.open(t);
    await define(window, ['one']);
    const asked = { route: 'one', workspace: WORKSPACE, port: 0 };
    const { url } = await window.request('fronts/open', asked);
    const port = Number(new URL(url).port);
    const table: [object, string][] = [
      [{ ...asked, port }, 'port_unavailable'],
      [{ ...asked, port: -1 }, 'invalid_message'],
      [{ ...asked, port: 65_536 }, 'invalid_message'],
      [{ ...asked, token: 'short' }, 'invalid_message'],
      [{ ...asked, token: 'has a space in the middle' }, 'invalid_message'],
      [{ ...asked, route: '' }, 'invalid_message'],
      [{ ...asked, definition: {} }, 'invalid_definition'],
    ];
    for (const [params, code] of table) {
      const refused = window.request('fronts/open', params as typeof asked);
      await assert.rejects(refused, { code }, JSON.stringify(params));
    }
  });
});
