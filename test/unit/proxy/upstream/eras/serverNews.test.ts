import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { LegacyOverModern } from '../../../../../src/proxy/upstream/eras/legacyOverModern.ts';
import { EraStage, lastId, MODERN, tagged } from '../../../../support/eraStage.ts';

const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: {},
  resources: { subscribe: true, listChanged: true },
};
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const UPDATED = 'notifications/resources/updated';
const LISTS = { toolsListChanged: true, resourcesListChanged: true };

async function listening(capabilities: object = CAPABILITIES): Promise<EraStage> {
  const stage = new EraStage(({ method }) =>
    method === 'server/discover' ? { supportedVersions: [MODERN], capabilities } : undefined,
  );
  stage.attach(new LegacyOverModern(stage.server, stage.options));
  await stage.ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {} });
  await stage.send({ method: 'notifications/initialized' });
  return stage;
}

async function acknowledge(stage: EraStage, notifications: object): Promise<unknown> {
  const id = lastId(stage.server, 'subscriptions/listen');
  await stage.print({ method: ACKNOWLEDGED, params: { notifications, ...tagged(id) } });
  return id;
}

function filter(stage: EraStage): unknown {
  return (stage.server.last('subscriptions/listen').params as JsonObject).notifications;
}

suite('what a modern server tells, told to a legacy client', () => {
  test('is asked for once the client is ready, as far as the server announces it', async () => {
    const stage = await listening();
    assert.deepEqual(filter(stage), LISTS);
    await acknowledge(stage, LISTS);
    assert.equal(stage.told.length, 1, 'the acknowledgement is nothing for the client');
  });

  test('is not asked for where the server announces nothing', async () => {
    const stage = await listening({ tools: {} });
    assert.equal(stage.server.all('subscriptions/listen').length, 0);
  });

  test('comes without the tag, its other members as they were', async () => {
    const stage = await listening();
    const id = await acknowledge(stage, LISTS);
    const method = 'notifications/tools/list_changed';
    await stage.print({ method, params: tagged(id) });
    assert.deepEqual(stage.told.at(-1), { jsonrpc: '2.0', method, params: {} });
    await stage.print({ method, params: { x: 1, ...tagged(id, { y: 2 }) } });
    const params = { x: 1, _meta: { y: 2 } };
    assert.deepEqual(stage.told.at(-1), { jsonrpc: '2.0', method, params });
  });

  test('of a resource is asked for anew; the listening before it ends when the new one is there', async () => {
    const stage = await listening();
    const first = await acknowledge(stage, LISTS);
    await stage.ask(2, 'resources/subscribe', { uri: 'a:b' });
    assert.equal(stage.answersTo(2).length, 0, 'not in force yet');
    assert.deepEqual(filter(stage), { ...LISTS, resourceSubscriptions: ['a:b'] });
    const second = await acknowledge(stage, { resourceSubscriptions: ['a:b'] });
    assert.deepEqual(stage.resultOf(2), {});
    assert.deepEqual(stage.server.last('notifications/cancelled').params, { requestId: first });
    await stage.print({ method: UPDATED, params: { uri: 'a:b', ...tagged(first) } });
    assert.equal(stage.toldOf(UPDATED).length, 0, 'told twice otherwise');
    await stage.print({ method: UPDATED, params: { uri: 'a:b', ...tagged(second) } });
    assert.deepEqual(stage.toldOf(UPDATED).at(-1)?.params, { uri: 'a:b' });
    await stage.ask(3, 'resources/unsubscribe', { uri: 'a:b' });
    assert.deepEqual(filter(stage), LISTS);
    await acknowledge(stage, LISTS);
    assert.deepEqual(stage.resultOf(3), {});
  });

  test('two changes at once are both answered by the listening that has both', async () => {
    const stage = await listening();
    await stage.ask(2, 'resources/subscribe', { uri: 'a' });
    await stage.ask(3, 'resources/subscribe', { uri: 'b' });
    await acknowledge(stage, { resourceSubscriptions: ['a', 'b'] });
    assert.deepEqual([stage.resultOf(2), stage.resultOf(3)], [{}, {}]);
    assert.equal(stage.server.all('notifications/cancelled').length, 2);
  });

  test('of a resource that the server leaves out is an error for the client', async () => {
    const stage = await listening();
    await stage.ask(2, 'resources/subscribe', { uri: 'a:b' });
    await acknowledge(stage, LISTS);
    assert.equal(stage.errorOf(2).code, -32602);
  });

  test('a refusal of the server is the answer to the change', async () => {
    const stage = await listening();
    await acknowledge(stage, LISTS);
    await stage.ask(2, 'resources/subscribe', { uri: 'a:b' });
    const error = { code: -32603, message: 'Subscription limit reached' };
    await stage.print({ id: lastId(stage.server, 'subscriptions/listen'), error });
    assert.deepEqual(stage.errorOf(2), error);
  });

  test('a subscription without a uri, or where there are none, is refused', async () => {
    const stage = await listening();
    await stage.ask(2, 'resources/subscribe', {});
    assert.equal(stage.errorOf(2).code, -32602);
    const without = await listening({ resources: {} });
    await without.ask(2, 'resources/subscribe', { uri: 'a' });
    assert.equal(without.errorOf(2).code, -32601);
  });

  test('that the server ends is asked for again, ever less often while that fails', async () => {
    const stage = await listening();
    const first = await acknowledge(stage, LISTS);
    await stage.print({ id: first, result: { resultType: 'complete', ...tagged(first) } });
    for (const ms of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      const before = lastId(stage.server, 'subscriptions/listen');
      stage.clock.advance(ms - 1);
      assert.equal(lastId(stage.server, 'subscriptions/listen'), before);
      stage.clock.advance(1);
      const id = lastId(stage.server, 'subscriptions/listen');
      assert.notEqual(id, before);
      await stage.print({ id, error: { code: -32603, message: 'not there' } });
    }
    stage.clock.advance(60_000);
    const back = await acknowledge(stage, LISTS);
    await stage.print({ method: 'notifications/tools/list_changed', params: tagged(back) });
    assert.equal(stage.toldOf('notifications/tools/list_changed').length, 1);
    assert.deepEqual(stage.warnings, []);
  });

  test('that the server refuses from the beginning is not asked for again', async () => {
    const stage = await listening();
    const id = lastId(stage.server, 'subscriptions/listen');
    await stage.print({ id, error: { code: -32601, message: 'no' } });
    stage.clock.advance(60_000);
    assert.equal(lastId(stage.server, 'subscriptions/listen'), id);
    assert.equal(stage.warnings.length, 1);
  });

  test('that the server cancels is asked for again', async () => {
    const stage = await listening();
    const requestId = await acknowledge(stage, LISTS);
    await stage.print({ method: 'notifications/cancelled', params: { requestId } });
    stage.clock.advance(1_000);
    assert.notEqual(lastId(stage.server, 'subscriptions/listen'), requestId);
    assert.equal(stage.toldOf('notifications/cancelled').length, 0);
  });

  test('an answer to a listening that was given up reaches nobody', async () => {
    const stage = await listening();
    const first = await acknowledge(stage, LISTS);
    await stage.ask(2, 'resources/subscribe', { uri: 'a:b' });
    await acknowledge(stage, { resourceSubscriptions: ['a:b'] });
    const told = stage.told.length;
    await stage.print({ id: first, result: { resultType: 'complete', ...tagged(first) } });
    assert.equal(stage.told.length, told);
    stage.clock.advance(1_000);
    assert.equal(stage.server.all('subscriptions/listen').length, 2, 'nor is it asked for again');
  });

  test('a server that has gone leaves no timer behind', async () => {
    const stage = await listening();
    const id = await acknowledge(stage, LISTS);
    await stage.print({ id, result: {} });
    assert.equal(stage.clock.pending, 1);
    stage.server.exit({});
    assert.equal(stage.clock.pending, 0);
  });
});
