import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { suite, type TestContext, test } from 'node:test';
import type { BrokerRequests } from '../../../../src/brokerApi/brokerProtocol.ts';
import { resolveHome } from '../../../../src/brokerApi/home.ts';
import { TaskHandlesError } from '../../../../src/common/errors.ts';
import { Emitter } from '../../../../src/common/event.ts';
import { HttpFrontKeeper } from '../../../../src/editor/tracking/httpFrontKeeper.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

class FakeLink {
  readonly asked: { method: string; port: unknown; url: unknown }[] = [];
  readonly #connected = new Emitter<void>();
  readonly onDidConnect = this.#connected.event;
  readonly workspaceId = 'w';
  state: 'connected' | 'connecting' = 'connected';
  token = '';
  failure: Error | null = null;

  connect(): void {
    this.#connected.fire();
  }

  async request<M extends keyof BrokerRequests>(
    method: M,
    params: BrokerRequests[M]['params'],
  ): Promise<BrokerRequests[M]['result']> {
    const { port, url, token } = params as { port?: number; url?: string; token?: string };
    this.asked.push({ method, port, url });
    this.token = token ?? this.token;
    if (this.failure !== null) throw this.failure;
    const opened = { url: `http://127.0.0.1:${port}/mcp`, token };
    return opened as unknown as BrokerRequests[M]['result'];
  }
}

async function stage(t: TestContext) {
  const link = new FakeLink();
  const paths = resolveHome({ home: await temporaryFolder(t) });
  const logged: string[] = [];
  const log = { write: (_level: string, message: string) => void logged.push(message) };
  const set = { port: 0 };
  const keeper = new HttpFrontKeeper({ link, paths, log, port: () => set.port });
  t.after(() => keeper.dispose());
  return { link, paths, logged, set, keeper };
}

suite('the HTTP front of a window', () => {
  test('is opened only where a port is set, and again with each link', async (t) => {
    const { link, set, keeper } = await stage(t);
    link.connect();
    await keeper.apply();
    assert.deepEqual(link.asked, []);
    set.port = 3000;
    await keeper.apply();
    await keeper.apply();
    link.connect();
    await keeper.apply();
    const open = { method: 'fronts/open', port: 3000, url: undefined };
    assert.deepEqual(link.asked, [open, open]);
  });

  test('moves with the setting', async (t) => {
    const { link, set, keeper } = await stage(t);
    for (const port of [3000, 3001, 0]) {
      set.port = port;
      await keeper.apply();
    }
    assert.deepEqual(
      link.asked.map(({ method, port, url }) => `${method} ${port ?? url}`),
      [
        'fronts/open 3000',
        'fronts/close http://127.0.0.1:3000/mcp',
        'fronts/open 3001',
        'fronts/close http://127.0.0.1:3001/mcp',
      ],
    );
  });

  test('P8 has its token in a file for this user alone, and not in the log', async (t) => {
    const { link, paths, logged, set, keeper } = await stage(t);
    set.port = 3000;
    await keeper.apply();
    assert.equal(readFileSync(paths.httpToken, 'utf8').trim(), link.token);
    assert.equal(statSync(paths.httpToken).mode & 0o777, 0o600);
    assert.match(logged.join('\n'), /served at .*3000\/mcp\/NAME; the token lies in .*http\.token/);
    assert.equal(logged.join('\n').includes(link.token), false);
  });

  test('a port that another window has is told in the log, and the window goes on', async (t) => {
    const { link, logged, set, keeper } = await stage(t);
    link.failure = new TaskHandlesError('port_unavailable', 'Port 3000 is in use.');
    set.port = 3000;
    await keeper.apply();
    assert.match(logged.join('\n'), /not served over HTTP: Port 3000 is in use/);
    link.failure = null;
    link.connect();
    await keeper.apply();
    assert.equal(link.asked.length, 2);
  });
});
