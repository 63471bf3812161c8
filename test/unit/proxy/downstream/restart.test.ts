import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NO_AUTHORITY } from '../../../../src/proxy/authority.ts';
import type { Script } from '../../../support/fakeChannel.ts';
import { FakeHost, turn } from '../../../support/fakeHost.ts';
import { d2 } from '../../../support/modernRequest.ts';
import { discovers, LINGER_MS, ProxyStage } from '../../../support/proxyStage.ts';

const KILLED = { code: null, signal: 'SIGKILL' };
const STEADY_MS = 30_000;

/** Greets, and tells of its lists. */
const declares: Script = ({ method }) => {
  if (method === 'tools/call') return undefined;
  if (method !== 'initialize') return {};
  const capabilities = { tools: { listChanged: true }, prompts: {}, logging: {} };
  return { protocolVersion: '2025-06-18', capabilities, serverInfo: { name: 's', version: '1' } };
};

async function attached(): Promise<{ stage: ProxyStage; host: FakeHost }> {
  const stage = new ProxyStage();
  stage.script = declares;
  return { stage, host: await stage.greeted() };
}

/** The times between the starts of servers each of which is cut short at once. */
async function crashUntilQuiet(stage: ProxyStage): Promise<number[]> {
  const pauses: number[] = [];
  for (;;) {
    const started = stage.channels.length;
    stage.server.exit(KILLED);
    let waited = 0;
    while (stage.channels.length === started && waited < 120_000) {
      await stage.passTime(500);
      waited += 500;
    }
    if (stage.channels.length === started) return pauses;
    pauses.push(waited);
    await turn();
  }
}

/** Between two turns of the loop, so many steps of promises later. */
async function after(steps: number, run: () => void): Promise<void> {
  for (let step = 0; step < steps; step += 1) await Promise.resolve();
  run();
}

suite('a server that was cut short under an attached session', () => {
  test('is started again by itself, initialised as before, and the client is told', async () => {
    const { stage, host } = await attached();
    host.request(1, 'logging/setLevel', { level: 'debug' });
    host.callTool(2, 'build');
    await turn();
    const [first] = stage.channels;
    first?.exit(KILLED);
    assert.match(JSON.stringify(host.answersTo(2)), /was ended by SIGKILL/);
    const before = host.lines.length;
    await stage.passTime(499);
    assert.equal(stage.channels.length, 1);
    await stage.passTime(1);
    await turn();
    assert.deepEqual(stage.server.methods, [
      ...['initialize', 'notifications/initialized', 'logging/setLevel'],
    ]);
    assert.deepEqual(stage.server.last('initialize').params, first?.last('initialize').params);
    const told = host.messages.slice(before).map(({ method }) => method);
    const changed = ['notifications/tools/list_changed', 'notifications/prompts/list_changed'];
    assert.deepEqual(told, changed);
    assert.match(host.stderr, /Server `r` was ended by SIGKILL\. It has been started again\.\n$/);
    assert.equal(
      host.answersTo(2).length,
      1,
      'one error for what was in flight, and no rerun (P2)',
    );
  });

  test('is started again when it was ended by force, whatever its exit code', async () => {
    const { stage, host } = await attached();
    host.callTool(1, 'build');
    const [first] = stage.channels;
    const [call] = stage.calls.all();
    const ending = call?.upstream?.end(1_000);
    first?.exit({ code: 0 });
    await ending;
    await stage.passTime(500);
    assert.equal(stage.channels.length, 2);
  });

  test('is waited for longer each time, and in the end until it is needed', async () => {
    const { stage, host } = await attached();
    const pauses = await crashUntilQuiet(stage);
    assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    assert.match(host.stderr, /It is started again when it is needed\.\n$/);
    const started = stage.channels.length;
    host.request(1, 'tools/list');
    await turn();
    assert.equal(stage.channels.length, started + 1);
    assert.equal(host.answersTo(1).length, 1);
    assert.deepEqual(await crashUntilQuiet(stage), [], 'it has not run for long');
  });

  test('that has run for a while is started again as soon as at first', async () => {
    const { stage, host } = await attached();
    await crashUntilQuiet(stage);
    host.request(1, 'tools/list');
    await turn();
    await stage.passTime(STEADY_MS);
    const started = stage.channels.length;
    stage.server.exit(KILLED);
    await stage.passTime(500);
    assert.equal(stage.channels.length, started + 1);
  });

  test('is tried again when it does not start', async () => {
    const { stage } = await attached();
    stage.server.exit(KILLED);
    stage.startFailure = 'The command `x` was not found.';
    for (const ms of [500, 1_000, 2_000]) await stage.passTime(ms);
    assert.equal(stage.opened.length, 4);
    stage.startFailure = null;
    await stage.passTime(4_000);
    assert.equal(stage.channels.length, 2);
  });

  test('is tried again when it ends as soon as it is greeted', async () => {
    for (let steps = 1; steps <= 12; steps += 1) {
      const { stage, host } = await attached();
      stage.script = (request) => {
        const { server, channels } = stage;
        const isSecond = channels.length === 2 && request.method === 'initialize';
        if (isSecond) void after(steps, () => server.exit(KILLED));
        return declares(request);
      };
      stage.server.exit(KILLED);
      for (let passed = 0; passed < 3; passed += 1) await stage.passTime(500);
      await turn();
      assert.equal(stage.channels.length, 3, `${steps} steps`);
      host.session.close();
    }
  });

  test('is started once when a request is sooner', async () => {
    const { stage, host } = await attached();
    stage.server.exit(KILLED);
    host.request(1, 'tools/list');
    await stage.passTime(LINGER_MS);
    assert.equal(stage.channels.length, 2);
  });
});

test('what waits for a server gets one answer, also when it ends as soon as it is greeted', async () => {
  // At each step on the way from its greeting to the first request.
  for (let steps = 1; steps <= 12; steps += 1) {
    const { stage, host } = await attached();
    stage.server.exit({});
    stage.script = (request) => {
      const { server } = stage;
      if (request.method === 'initialize') void after(steps, () => server.exit(KILLED));
      return request.method === 'prompts/list' ? undefined : declares(request);
    };
    host.request(1, 'prompts/list');
    host.callTool(2, 'build');
    await turn();
    for (const id of [1, 2]) assert.equal(host.answersTo(id).length, 1, `${steps} steps, id ${id}`);
    host.session.close();
  }
});

suite('a server that is gone and left alone', () => {
  test('has exited with code 0, again and again or once', async () => {
    const { stage, host } = await attached();
    for (let round = 1; round < 5; round += 1) {
      stage.server.exit({ code: 0 });
      await stage.passTime(120_000);
      assert.equal(stage.channels.length, round);
      host.request(round, 'tools/list');
      await turn();
    }
  });

  test('P7 is not brought back while all new work is refused, but for a request', async () => {
    const stage = new ProxyStage();
    stage.script = declares;
    let isHalted = false;
    const authority = { ...NO_AUTHORITY, isHalted: () => isHalted };
    const definition = { command: 'server', args: [], cwd: null, env: {} };
    const route = { name: 'r', workspace: null, definition, policy: () => ({}) };
    const host = new FakeHost({ ...stage.context, authority }, route);
    await host.initialize();
    stage.server.exit(KILLED);
    isHalted = true;
    await stage.passTime(120_000);
    assert.equal(stage.channels.length, 1);
    host.request(1, 'tools/list');
    await turn();
    stage.server.exit(KILLED);
    await stage.passTime(120_000);
    assert.equal(stage.channels.length, 2);
  });

  test('was never greeted', async () => {
    const stage = new ProxyStage();
    stage.script = () => undefined;
    const host = stage.connect();
    host.request(1, 'initialize', {});
    await turn();
    stage.server.exit({ code: 1 });
    await stage.passTime(120_000);
    assert.equal(stage.channels.length, 1);
  });

  test('P13 was ended because nobody needs it, or has lost its session', async () => {
    const { stage, host } = await attached();
    const [first] = stage.channels;
    host.session.close();
    await stage.passTime(LINGER_MS);
    assert.equal(first?.shutDowns, 1);
    const other = await attached();
    other.stage.server.exit(KILLED);
    other.host.session.close();
    const third = await attached();
    await third.stage.pool.shutDown();
    for (const { stage: one } of [{ stage }, other, third]) await one.passTime(120_000);
    assert.deepEqual(
      [stage, other.stage, third.stage].map(({ channels }) => channels.length),
      [1, 1, 1],
    );
  });
});

suite('the listen of a modern client', () => {
  const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

  async function listening(): Promise<{ stage: ProxyStage; host: FakeHost }> {
    const stage = new ProxyStage();
    stage.script = discovers;
    const host = stage.connect();
    const notifications = { toolsListChanged: true, promptsListChanged: true };
    host.request('l', 'subscriptions/listen', d2({ notifications }));
    await turn();
    acknowledge(stage);
    return { stage, host };
  }

  /** The server grants the tools alone. */
  function acknowledge({ server }: ProxyStage): void {
    const { id } = server.last('subscriptions/listen');
    const params = { notifications: { toolsListChanged: true }, _meta: { [SUBSCRIPTION]: id } };
    const method = 'notifications/subscriptions/acknowledged';
    server.print({ jsonrpc: '2.0', method, params });
  }

  test('goes on at the server that is started again, and tells what may have changed', async () => {
    const { stage, host } = await listening();
    const before = host.lines.length;
    stage.server.exit(KILLED);
    await stage.passTime(500);
    await turn();
    assert.equal(stage.channels.length, 2);
    acknowledge(stage);
    const [changed, ...more] = host.messages.slice(before);
    assert.equal(changed?.method, 'notifications/tools/list_changed');
    assert.deepEqual(changed?.params, { _meta: { [SUBSCRIPTION]: 'l' } });
    assert.deepEqual(more, []);
    host.notify('notifications/cancelled', { requestId: 'l' });
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
  });

  test('fails once when the server is not started again', async () => {
    const { stage, host } = await listening();
    stage.server.exit({ code: 0 });
    assert.match(JSON.stringify(host.answerTo('l')), /exited with code 0/);
    const other = await listening();
    await crashUntilQuiet(other.stage);
    assert.match(JSON.stringify(other.host.answerTo('l')), /was ended by SIGKILL/);
  });
});
