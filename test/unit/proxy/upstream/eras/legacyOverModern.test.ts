import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LegacyOverModern } from '../../../../../src/proxy/upstream/eras/legacyOverModern.ts';
import { EraStage, envelope, lastId, MODERN } from '../../../../support/eraStage.ts';
import { parsed, type Script } from '../../../../support/fakeChannel.ts';

const DISCOVERY = {
  resultType: 'complete',
  supportedVersions: [MODERN],
  capabilities: {
    logging: {},
    tools: { listChanged: true },
    extensions: { 'io.modelcontextprotocol/tasks': {}, 'io.modelcontextprotocol/ui': { a: 1 } },
  },
  instructions: 'Be kind.',
  ttlMs: 0,
  cacheScope: 'private',
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'm', version: '3' } },
};

const discovers: Script = ({ method }) => (method === 'server/discover' ? DISCOVERY : undefined);

function stageWith(script: Script = discovers): EraStage {
  const stage = new EraStage(script);
  stage.attach(new LegacyOverModern(stage.server, stage.options));
  return stage;
}

const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: { roots: {}, tasks: { list: {} } },
  clientInfo: { name: 'host', version: '1' },
};

async function greeted(script: Script = discovers): Promise<EraStage> {
  const stage = stageWith(script);
  await stage.ask(1, 'initialize', HELLO);
  return stage;
}

suite('a modern server shown as a legacy one', () => {
  test('is discovered when the client initialises', async () => {
    const stage = await greeted();
    const { id, params } = stage.server.last('server/discover');
    assert.notEqual(id, 1, 'that id has been used by an initialize which was refused');
    assert.deepEqual(params, { _meta: envelope({ roots: {} }) });
    assert.deepEqual(stage.resultOf(1), {
      protocolVersion: '2025-06-18',
      capabilities: {
        logging: {},
        tools: { listChanged: true },
        extensions: { 'io.modelcontextprotocol/ui': { a: 1 } },
      },
      serverInfo: { name: 'm', version: '3' },
      instructions: 'Be kind.',
    });
  });

  test('answers with the last legacy version where the client asks for one that never was', async () => {
    const stage = stageWith();
    await stage.ask(1, 'initialize', { ...HELLO, protocolVersion: '2031-01-01' });
    const { protocolVersion } = stage.resultOf(1) as { protocolVersion: string };
    assert.equal(protocolVersion, '2025-11-25');
  });

  test('that cannot be discovered refuses to be initialised, with its own error', async () => {
    const stage = stageWith(() => undefined);
    await stage.ask(1, 'initialize', HELLO);
    const error = { code: -32022, message: 'no', data: { supported: ['2027-01-01'] } };
    await stage.print({ id: lastId(stage.server, 'server/discover'), error });
    assert.deepEqual(stage.errorOf(1), error);
  });

  test('that supports another era only is refused in words', async () => {
    const stage = stageWith(() => ({ ...DISCOVERY, supportedVersions: ['2027-01-01'] }));
    await stage.ask(1, 'initialize', HELLO);
    assert.match(String(stage.errorOf(1).message), /2026-07-28/);
  });

  test('needs no notifications/initialized, no roots/list_changed and no ping', async () => {
    const stage = await greeted();
    await stage.send({ method: 'notifications/initialized' });
    await stage.send({ method: 'notifications/roots/list_changed' });
    await stage.ask(2, 'ping');
    assert.deepEqual(stage.resultOf(2), {});
    assert.deepEqual(stage.server.methods, ['server/discover', 'subscriptions/listen']);
  });

  test('P12 gets each request in the envelope, all else byte for byte', async () => {
    const stage = await greeted();
    const request =
      '{"jsonrpc":"2.0","id":7,"method":"x/y","params":{"n":1.0,"_meta":{"a":"\\u00e9"}}}';
    await stage.send(JSON.parse('{"id":6,"method":"tools/list"}'));
    const channel = new LegacyOverModern(stage.server, stage.options);
    channel.send(request);
    const members = JSON.stringify(envelope({ roots: {} })).slice(1, -1);
    assert.deepEqual(parsed(stage.server.sent.at(-2) ?? '').params, {
      _meta: envelope({ roots: {} }),
    });
    const rest = '"n":1.0,"_meta":{';
    assert(
      stage.server.sent.at(-1)?.startsWith(`${request.slice(0, request.indexOf(rest))}${rest}`),
    );
    assert(stage.server.sent.at(-1)?.endsWith(',"a":"\\u00e9"}}}'));
    assert(!stage.server.sent.at(-1)?.includes(members), 'this client has not initialised');
  });

  test('gets the log level in the envelope, if it logs', async () => {
    const stage = await greeted();
    await stage.ask(2, 'logging/setLevel', { level: 'info' });
    assert.deepEqual(stage.resultOf(2), {});
    await stage.ask(3, 'tools/list');
    const level = { 'io.modelcontextprotocol/logLevel': 'info' };
    assert.deepEqual(stage.server.last('tools/list').params, {
      _meta: envelope({ roots: {} }, level),
    });
    await stage.ask(4, 'logging/setLevel', {});
    assert.equal(stage.errorOf(4).code, -32602);
  });

  test('that does not log says so', async () => {
    const capabilities = { tools: {} };
    const stage = await greeted(() => ({ ...DISCOVERY, capabilities }));
    await stage.ask(2, 'logging/setLevel', { level: 'info' });
    assert.equal(stage.errorOf(2).code, -32601);
  });

  test('P12 answers without resultType, nothing else changed', async () => {
    const stage = await greeted();
    const seen: string[] = [];
    const channel = new LegacyOverModern(stage.server, stage.options);
    channel.onLine((line) => seen.push(line));
    stage.server.print(
      '{"jsonrpc":"2.0","id":9,"result":{"n":1.0,"resultType":"complete","ttlMs":5}}',
    );
    assert.deepEqual(seen, ['{"jsonrpc":"2.0","id":9,"result":{"n":1.0,"ttlMs":5}}']);
  });

  test('passes errors on, those of its era included', async () => {
    const stage = await greeted();
    await stage.ask(2, 'tools/call', { name: 'x' });
    const error = { code: -32021, message: 'no', data: { requiredCapabilities: { sampling: {} } } };
    await stage.print({ id: 2, error });
    assert.deepEqual(stage.errorOf(2), error);
  });

  test('with a result of a type that nobody knows is answered with an error', async () => {
    const stage = await greeted();
    await stage.ask(2, 'tools/list');
    await stage.print({ id: 2, result: { resultType: 'input_required', requestState: 's' } });
    assert.equal(stage.errorOf(2).code, -32603);
  });

  test('has no tasks of the legacy kind', async () => {
    const stage = await greeted();
    await stage.ask(2, 'tasks/list');
    assert.equal(stage.errorOf(2).code, -32601);
  });

  test('that sends a request is told that its era has none', async () => {
    const stage = await greeted();
    await stage.print({ id: 'x', method: 'roots/list' });
    assert.equal(stage.toldOf('roots/list').length, 0);
    const { error } = parsed(stage.server.sent.at(-1) ?? '');
    assert.equal((error as { code: number }).code, -32601);
  });

  test('P12 passes progress, logs and what nobody knows', async () => {
    const stage = await greeted();
    for (const method of ['notifications/progress', 'notifications/message', 'x/y']) {
      await stage.print({ method, params: { a: 1 } });
      assert.deepEqual(stage.told.at(-1), { jsonrpc: '2.0', method, params: { a: 1 } });
    }
  });
});
