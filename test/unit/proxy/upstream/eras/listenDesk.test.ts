import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ModernOverLegacy } from '../../../../../src/proxy/upstream/eras/modernOverLegacy.ts';
import { EraStage, envelope, tagged } from '../../../../support/eraStage.ts';
import type { Script } from '../../../../support/fakeChannel.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const TOOLS = 'notifications/tools/list_changed';
const UPDATED = 'notifications/resources/updated';
const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true, listChanged: true },
};

const subscribes: Script = ({ method }) =>
  String(method).startsWith('resources/') ? {} : undefined;

function stageWith(script: Script = subscribes, capabilities: object = CAPABILITIES): EraStage {
  const stage = new EraStage(script);
  const initializeResult = JSON.stringify({ capabilities });
  stage.attach(new ModernOverLegacy(stage.server, { clock: stage.clock, initializeResult }));
  return stage;
}

async function listen(stage: EraStage, id: number, notifications: unknown): Promise<void> {
  await stage.ask(id, 'subscriptions/listen', { notifications, _meta: envelope() });
}

suite('a modern client that listens to a legacy server', () => {
  test('is told first what it will hear of: as much as the server tells', async () => {
    const stage = stageWith();
    await listen(stage, 1, { toolsListChanged: true, promptsListChanged: true });
    const params = { notifications: { toolsListChanged: true }, ...tagged(1) };
    assert.deepEqual(stage.told, [{ jsonrpc: '2.0', method: ACKNOWLEDGED, params }]);
  });

  test('hears what it asked for, tagged, and nothing else', async () => {
    const stage = stageWith();
    await stage.print({ method: TOOLS });
    await listen(stage, 1, { toolsListChanged: true });
    await stage.print({ method: TOOLS });
    await stage.print({ method: TOOLS, params: { _meta: { a: 1 } } });
    await stage.print({ method: 'notifications/resources/list_changed' });
    const told = stage.told.slice(1).map(({ params }) => params);
    assert.deepEqual(told, [tagged(1), tagged(1, { a: 1 })]);
  });

  test('hears of resources, which the server is asked for and released from', async () => {
    const stage = stageWith();
    await listen(stage, 1, { resourceSubscriptions: ['a:b', 'a:c'] });
    await listen(stage, 2, { resourceSubscriptions: ['a:b'] });
    const asked = stage.server.all('resources/subscribe').map(({ params }) => params);
    assert.deepEqual(asked, [{ uri: 'a:b' }, { uri: 'a:c' }, { uri: 'a:b' }]);
    await stage.print({ method: UPDATED, params: { uri: 'a:b' } });
    await stage.print({ method: UPDATED, params: { uri: 'a:c/d' } });
    await stage.print({ method: UPDATED, params: { uri: 'a:cd' } });
    const told = stage.toldOf(UPDATED).map(({ params }) => params);
    assert.deepEqual(told, [
      { uri: 'a:b', ...tagged(1) },
      { uri: 'a:b', ...tagged(2) },
      { uri: 'a:c/d', ...tagged(1) },
    ]);
    await stage.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    const released = stage.server.all('resources/unsubscribe').map(({ params }) => params);
    assert.deepEqual(released, [{ uri: 'a:c' }], 'the other one is still wanted');
    await stage.print({ method: UPDATED, params: { uri: 'a:b' } });
    assert.equal(stage.toldOf(UPDATED).length, 4);
    assert.equal(stage.server.all('notifications/cancelled').length, 0);
  });

  test('is not promised a resource that the server refuses', async () => {
    const stage = stageWith(() => undefined);
    await listen(stage, 1, { toolsListChanged: true, resourceSubscriptions: ['a', 'b'] });
    assert.deepEqual(stage.told, [], 'not before it is known');
    const [a, b] = stage.server.all('resources/subscribe');
    await stage.print({ id: a?.id, error: { code: -32602, message: 'no' } });
    await stage.print({ method: TOOLS });
    await stage.print({ id: b?.id, result: {} });
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['b'] };
    assert.deepEqual(
      stage.told.map(({ params }) => params),
      [{ notifications, ...tagged(1) }],
    );
  });

  test('that ends before it was acknowledged is not told so any more', async () => {
    const stage = stageWith(() => undefined);
    await listen(stage, 1, { resourceSubscriptions: ['a'] });
    await stage.send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await stage.print({ id: stage.server.last('resources/subscribe').id, result: {} });
    assert.deepEqual(stage.told, []);
    assert.equal(stage.server.all('resources/unsubscribe').length, 1);
  });

  for (const notifications of [undefined, 7, ['toolsListChanged']]) {
    test(`to ${JSON.stringify(notifications)} is refused`, async () => {
      const stage = stageWith();
      await listen(stage, 1, notifications);
      assert.equal(stage.errorOf(1).code, -32602);
    });
  }

  test('to a server that tells nothing is acknowledged truthfully', async () => {
    const stage = stageWith(subscribes, {});
    await listen(stage, 1, { toolsListChanged: true, resourceSubscriptions: ['a'] });
    assert.deepEqual(stage.told.at(-1)?.params, { notifications: {}, ...tagged(1) });
  });
});
