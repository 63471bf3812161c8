import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Script } from '../../../support/fakeChannel.ts';
import { turn } from '../../../support/fakeHost.ts';
import { ProxyStage } from '../../../support/proxyStage.ts';

const VERSION = '2026-07-28';

function envelope(capabilities: object = {}): object {
  return {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'modern host', version: '2' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
}

const discovers: Script = ({ method }) => {
  if (method === 'initialize') return { protocolVersion: '2025-11-25', capabilities: {} };
  if (method !== 'server/discover') return undefined;
  return { resultType: 'complete', supportedVersions: [VERSION], capabilities: { tools: {} } };
};

function modernStage(): ProxyStage {
  const stage = new ProxyStage();
  stage.script = discovers;
  return stage;
}

suite('a session of the modern era', () => {
  test('needs no initialize: the first request opens the server', async () => {
    const stage = modernStage();
    const host = stage.connect();
    host.request(1, 'server/discover', { _meta: envelope() });
    await turn();
    const [probe, ...asked] = stage.server.methods;
    assert.deepEqual([probe, asked], ['server/discover', ['server/discover']]);
    const { capabilities } = host.resultOf(1) as { capabilities: { extensions: object } };
    assert.deepEqual(capabilities.extensions, { 'io.modelcontextprotocol/tasks': {} });
  });

  test('names its client in the record of a task', async () => {
    const stage = modernStage();
    const host = stage.connect({ policy: 'always' });
    host.callTool(1, 'build', { _meta: envelope() });
    await turn();
    await turn();
    const { name, version } = stage.task.client;
    assert.deepEqual([name, version], ['modern host', '2']);
    await stage.passTime(0);
  });

  test('P5 a modern client that comes again takes over the server of the one that left', async () => {
    const stage = modernStage();
    const first = stage.connect({ policy: 'always' });
    first.callTool(1, 'build', { _meta: envelope() });
    await turn();
    first.session.close();
    const second = stage.connect();
    second.request(1, 'tools/list', { _meta: envelope() });
    await turn();
    assert.equal(stage.channels.length, 1);
    assert.equal(stage.server.all('tools/list').length, 1);
  });

  test('a client that only probed goes back to initialize, with a server of its own', async () => {
    const stage = modernStage();
    const host = stage.connect();
    host.request(1, 'server/discover', { _meta: envelope() });
    await turn();
    await host.initialize();
    assert.equal(stage.channels.length, 2);
    assert.deepEqual(stage.server.methods, ['initialize', 'notifications/initialized']);
  });

  test('P5 where the work goes on is in the record, whether it is known before or after', async () => {
    const remote = {
      era: 'modern' as const,
      url: 'http://127.0.0.1:1/mcp',
      sessionId: null,
      protocolVersion: VERSION,
      taskId: 't1',
      requestId: null,
      lastEventId: null,
    };
    const stage = modernStage();
    const host = stage.connect({ policy: 'always' });
    host.callTool(1, 'build', { _meta: envelope() });
    await turn();
    stage.server.tellRemote({ requestId: 1, remote });
    await turn();
    assert.deepEqual(stage.task.remote, remote);
  });

  test('P12 what a listen request brings comes under the id of its client', async () => {
    const stage = modernStage();
    const host = stage.connect();
    host.request('first', 'x/y', { _meta: envelope() });
    host.request('mine', 'subscriptions/listen', { _meta: envelope(), notifications: {} });
    await turn();
    const { id } = stage.server.last('subscriptions/listen');
    const tag = (of: unknown) => ({ _meta: { 'io.modelcontextprotocol/subscriptionId': of } });
    const tell = (method: string, params: object) =>
      stage.server.print({ jsonrpc: '2.0', method, params });
    tell('notifications/subscriptions/acknowledged', tag(id));
    tell('notifications/tools/list_changed', tag(id));
    tell('notifications/tools/list_changed', tag('nobody'));
    tell('notifications/cancelled', { requestId: id });
    const told = host.messages.map(({ params }) => params);
    assert.deepEqual(told, [tag('mine'), tag('mine'), tag('nobody'), { requestId: 'mine' }]);
  });
});
