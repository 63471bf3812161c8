import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ModernOverLegacy } from '../../../../../src/proxy/upstream/eras/modernOverLegacy.ts';
import { EraStage, envelope, MODERN } from '../../../../support/eraStage.ts';

const INITIALIZED = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {}, logging: {}, tasks: { list: {} } },
  serverInfo: { name: 'l', version: '2' },
  instructions: 'Be brief.',
};

function stageWith(initialized: object = INITIALIZED): EraStage {
  const stage = new EraStage();
  const initializeResult = JSON.stringify(initialized);
  stage.attach(new ModernOverLegacy(stage.server, { clock: stage.clock, initializeResult }));
  return stage;
}

const META = { _meta: envelope() };

suite('a legacy server shown as a modern one', () => {
  test('is discovered as it was initialised', async () => {
    const stage = stageWith();
    await stage.ask(1, 'server/discover', META);
    assert.deepEqual(stage.resultOf(1), {
      resultType: 'complete',
      supportedVersions: [MODERN],
      capabilities: { tools: {}, logging: {} },
      instructions: 'Be brief.',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'l', version: '2' } },
    });
    assert.deepEqual(stage.server.sent, []);
  });

  test('P12 gets requests without their envelope, all else byte for byte', () => {
    const stage = new EraStage();
    const bridge = new ModernOverLegacy(stage.server, {
      clock: stage.clock,
      initializeResult: '{}',
    });
    const meta = JSON.stringify(envelope()).slice(1, -1);
    const [head, tail] = [
      '{"jsonrpc":"2.0","id":7,"method":"x/y","params":{"n":1.0,',
      ',"e":"\\u00e9"}}',
    ];
    bridge.send(`${head}"_meta":{${meta},"progressToken":7}${tail}`);
    bridge.send(`${head}"_meta":{${meta}}${tail}`);
    assert.deepEqual(stage.server.sent, [
      `${head}"_meta":{"progressToken":7}${tail}`,
      `${head}"e":"\\u00e9"}}`,
    ]);
  });

  test('P12 answers complete results, lists with how long to keep them, nothing else changed', async () => {
    const stage = stageWith();
    await stage.ask(1, 'tools/list', META);
    await stage.print({ id: 1, result: { tools: [] } });
    const kept = { ttlMs: 0, cacheScope: 'private' };
    assert.deepEqual(stage.resultOf(1), { resultType: 'complete', ...kept, tools: [] });
    await stage.ask(2, 'resources/list', META);
    await stage.print({ id: 2, result: { ttlMs: 9, resources: [] } });
    const { ttlMs, cacheScope } = stage.resultOf(2) as { ttlMs: number; cacheScope: string };
    assert.deepEqual([ttlMs, cacheScope], [9, 'private']);
    await stage.ask(3, 'tools/call', { name: 'a', ...META });
    await stage.print({ id: 3, result: { content: [] } });
    assert.deepEqual(stage.resultOf(3), { resultType: 'complete', content: [] });
    await stage.ask(4, 'x/y', META);
    await stage.print({ id: 4, result: { a: 1 } });
    assert.deepEqual(stage.resultOf(4), { resultType: 'complete', a: 1 });
  });

  test('passes errors on, with the codes of the modern era', async () => {
    const stage = stageWith();
    for (const [code, expected] of [
      [-32601, -32601],
      [-32002, -32602],
      [-32042, -32603],
      [7, 7],
    ]) {
      await stage.ask(1, 'resources/read', { uri: 'a', ...META });
      await stage.print({ id: 1, error: { code, message: 'no', data: { a: 1 } } });
      assert.deepEqual(stage.errorOf(1), { code: expected, message: 'no', data: { a: 1 } });
    }
  });

  for (const method of [
    'initialize',
    'ping',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'roots/list',
    'tasks/list',
    'tasks/result',
  ]) {
    test(`has no ${method}`, async () => {
      const stage = stageWith();
      await stage.ask(1, method, META);
      assert.equal(stage.errorOf(1).code, -32601);
      assert.deepEqual(stage.server.sent, []);
    });
  }

  test('refuses a request without an envelope, or with half of one', async () => {
    const stage = stageWith();
    const [version, info] = [
      'io.modelcontextprotocol/protocolVersion',
      'io.modelcontextprotocol/clientCapabilities',
    ];
    const metas = [undefined, 7, {}, { [version]: MODERN }, { [version]: 1, [info]: {} }];
    for (const [index, _meta] of metas.entries()) {
      await stage.ask(index, 'tools/list', { _meta });
      assert.equal(stage.errorOf(index).code, -32602);
    }
    await stage.ask(9, 'tools/list', { _meta: { [version]: MODERN, [info]: {} } });
    assert.deepEqual(stage.server.methods, ['tools/list'], 'a client need not give its name');
  });

  test('refuses a revision that does not exist, naming the one that does', async () => {
    const stage = stageWith();
    const _meta = { ...envelope(), 'io.modelcontextprotocol/protocolVersion': '2031-01-01' };
    await stage.ask(1, 'tools/list', { _meta });
    const { code, data } = stage.errorOf(1);
    assert.deepEqual([code, data], [-32022, { supported: [MODERN], requested: '2031-01-01' }]);
  });

  test('is told the log level when it changes, and its log goes to who asked for it', async () => {
    const stage = stageWith();
    const log = { method: 'notifications/message', params: { level: 'info', data: 'x' } };
    const wants = (level: string) => ({
      _meta: envelope({}, { 'io.modelcontextprotocol/logLevel': level }),
    });
    await stage.print(log);
    await stage.ask(1, 'tools/call', { name: 'a', ...wants('info') });
    await stage.ask(2, 'tools/call', { name: 'a', ...wants('info') });
    await stage.ask(3, 'tools/list', wants('debug'));
    const levels = stage.server.all('logging/setLevel').map(({ params }) => params);
    assert.deepEqual(levels, [{ level: 'info' }, { level: 'debug' }]);
    await stage.print(log);
    for (const id of [1, 2, 3]) await stage.print({ id, result: {} });
    await stage.print(log);
    assert.equal(stage.toldOf('notifications/message').length, 1);
  });

  test('that does not log is told no level', async () => {
    const stage = stageWith({ ...INITIALIZED, capabilities: {} });
    const level = { 'io.modelcontextprotocol/logLevel': 'info' };
    await stage.ask(1, 'tools/list', { _meta: envelope({}, level) });
    assert.deepEqual(stage.server.methods, ['tools/list']);
  });

  test('is pinged back; what it asks while nobody waits is refused', async () => {
    const stage = stageWith();
    await stage.print({ id: 's1', method: 'ping' });
    await stage.print({ id: 's2', method: 'roots/list' });
    await stage.print({ id: 's3', method: 'x/y' });
    const answers = stage.server.sent.map((line) => JSON.parse(line));
    assert.deepEqual(answers[0], { jsonrpc: '2.0', id: 's1', result: {} });
    assert.deepEqual([answers[1].id, answers[1].error.code], ['s2', -32603]);
    assert.deepEqual([answers[2].id, answers[2].error.code], ['s3', -32601]);
    assert.deepEqual(stage.told, []);
  });

  test('P12 passes progress, cancels and what nobody knows', async () => {
    const stage = stageWith();
    await stage.ask(1, 'tools/call', { name: 'a', _meta: { ...envelope(), progressToken: 1 } });
    await stage.print({
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 2 },
    });
    await stage.print({ method: 'x/y', params: { a: 1 } });
    await stage.print({ method: 'notifications/elicitation/complete', params: {} });
    assert.equal(stage.told.length, 2, 'there are no such notifications any more');
    assert.equal(stage.toldOf('notifications/progress').length, 1);
    assert.equal(stage.toldOf('x/y').length, 1);
    await stage.send({ method: 'notifications/roots/list_changed' });
    await stage.send({ method: 'notifications/cancelled', params: { requestId: 1, reason: 'r' } });
    assert.deepEqual(stage.server.methods, ['tools/call', 'notifications/cancelled']);
    await stage.print({ id: 1, result: { content: [] } });
    assert.equal(stage.answersTo(1).length, 1, 'whoever still waits for it hears how it ended');
  });

  test('a batch of an old revision is taken apart', async () => {
    const stage = stageWith();
    stage.server.print('[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b"}]');
    assert.deepEqual(
      stage.told.map(({ method }) => method),
      ['a', 'b'],
    );
  });
});
