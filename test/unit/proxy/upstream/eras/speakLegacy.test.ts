import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EraMemory } from '../../../../../src/proxy/upstream/eras/eraMemory.ts';
import { speakLegacy } from '../../../../../src/proxy/upstream/eras/speakLegacy.ts';
import { EraStage, lastId, MODERN } from '../../../../support/eraStage.ts';
import type { Script } from '../../../../support/fakeChannel.ts';

const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'h' } };
const DISCOVERY = { supportedVersions: [MODERN], capabilities: { tools: {} } };
const REFUSAL = { code: -32601, message: 'no initialize here' };

const isModern: Script = ({ method }) => (method === 'server/discover' ? DISCOVERY : undefined);

class LegacyClient extends EraStage {
  constructor(script?: Script, memory = new EraMemory()) {
    super(script);
    this.attach(speakLegacy(this.server, { ...this.options, known: memory.of('s', 'legacy') }));
  }

  async initialize(id: number): Promise<void> {
    await this.ask(id, 'initialize', HELLO);
  }

  /** The client initialises, the server refuses. */
  async refused(id: number): Promise<void> {
    await this.initialize(id);
    await this.print({ id, error: REFUSAL });
  }
}

suite('a legacy client', () => {
  test('P12 and a legacy server do not notice what is between them', async () => {
    const stage = new LegacyClient(({ method }) =>
      method === 'initialize' ? { a: 1 } : undefined,
    );
    await stage.initialize(1);
    assert.deepEqual(stage.resultOf(1), { a: 1 });
    await stage.send({ method: 'notifications/initialized' });
    await stage.ask(2, 'ping');
    await stage.print({ id: 2, error: { code: 1, message: 'x' } });
    assert.deepEqual(stage.server.methods, ['initialize', 'notifications/initialized', 'ping']);
    assert.equal(stage.answersTo(2).length, 1);
  });

  test('meets a modern server when that refuses to be initialised', async () => {
    const stage = new LegacyClient(isModern);
    await stage.refused(1);
    const { protocolVersion } = stage.resultOf(1) as { protocolVersion: string };
    assert.equal(protocolVersion, '2025-11-25');
    assert.equal(stage.answersTo(1).length, 1, 'the refusal is not told');
    await stage.ask(2, 'ping');
    assert.deepEqual(stage.resultOf(2), {}, 'the bridge answers');
    await stage.print({ method: 'x/y' });
    assert.equal(stage.toldOf('x/y').length, 1);
    assert.equal(stage.clock.pending, 0);
  });

  test('that comes again to a modern server meets it at once', async () => {
    const memory = new EraMemory();
    await new LegacyClient(isModern, memory).refused(1);
    const again = new LegacyClient(isModern, memory);
    await again.initialize(1);
    assert.deepEqual(again.server.methods, ['server/discover']);
    assert('protocolVersion' in (again.resultOf(1) as object));
  });

  for (const [what, lookInto] of [
    [
      'refuses to be discovered',
      (stage: LegacyClient) =>
        stage.print({ id: lastId(stage.server, 'server/discover'), error: REFUSAL }),
    ],
    ['says nothing for ten seconds', async (stage: LegacyClient) => stage.clock.advance(10_000)],
  ] as const) {
    test(`whose server is modern no more, and ${what}, meets it as it is`, async () => {
      const memory = new EraMemory();
      memory.of('s', 'legacy').note('modern');
      const stage = new LegacyClient(() => undefined, memory);
      await stage.initialize(1);
      await lookInto(stage);
      assert.deepEqual(stage.server.methods, ['server/discover', 'initialize']);
      await stage.print({ id: 1, result: { a: 1 } });
      assert.deepEqual(stage.resultOf(1), { a: 1 });
      assert.equal(stage.answersTo(1).length, 1);
      assert.equal(stage.clock.pending, 0);
      const next = new LegacyClient(() => ({ a: 1 }), memory);
      await next.initialize(1);
      assert.deepEqual(next.server.methods, ['initialize']);
    });
  }

  test('hears the refusal of a server that was modern and speaks no era any more', async () => {
    const memory = new EraMemory();
    memory.of('s', 'legacy').note('modern');
    const stage = new LegacyClient(() => undefined, memory);
    await stage.initialize(1);
    await stage.print({ id: lastId(stage.server, 'server/discover'), error: REFUSAL });
    await stage.print({ id: 1, error: REFUSAL });
    assert.deepEqual(stage.server.methods, ['server/discover', 'initialize', 'server/discover']);
    await stage.print({ id: lastId(stage.server, 'server/discover'), error: REFUSAL });
    assert.deepEqual(
      stage.answersTo(1).map(({ error }) => error),
      [REFUSAL],
    );
    assert.equal(stage.clock.pending, 0);
  });

  test('hears the refusal of a server that speaks no other era', async () => {
    const stage = new LegacyClient();
    await stage.refused(1);
    const id = lastId(stage.server, 'server/discover');
    await stage.print({ id, error: { code: -32601, message: 'what is server/discover' } });
    assert.deepEqual(
      stage.answersTo(1).map(({ error }) => error),
      [REFUSAL],
    );
    assert.equal(stage.clock.pending, 0);
  });

  test('hears it after two seconds of a server that says nothing more, and may try again', async () => {
    const stage = new LegacyClient();
    await stage.refused(1);
    assert.equal(stage.answersTo(1).length, 0);
    stage.clock.advance(2_000);
    assert.deepEqual(stage.errorOf(1), REFUSAL);
    await stage.initialize(2);
    await stage.print({ id: 2, result: { a: 1 } });
    assert.deepEqual(stage.resultOf(2), { a: 1 });
  });

  test('of a server that goes while it is looked into is told so, and no timer stays', async () => {
    const stage = new LegacyClient();
    await stage.refused(1);
    stage.server.exit({ code: 1 });
    assert.equal(stage.clock.pending, 0);
  });

  test('P5 is told where work goes on, by either way', async () => {
    for (const script of [isModern, () => undefined]) {
      const stage = new LegacyClient(script);
      const channel = speakLegacy(stage.server, {
        ...stage.options,
        known: new EraMemory().of('s', 'legacy'),
      });
      const news: number[] = [];
      const subscription = channel.onRemote(({ requestId }) => news.push(requestId));
      const remote = {
        era: 'legacy' as const,
        url: null,
        sessionId: null,
        protocolVersion: '',
        taskId: 't',
        requestId: null,
        lastEventId: null,
      };
      channel.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: HELLO }));
      await stage.print({ id: 1, error: REFUSAL });
      stage.server.tellRemote({ requestId: 3, remote });
      subscription.dispose();
      stage.server.tellRemote({ requestId: 4, remote });
      assert.deepEqual(news, [3]);
      stage.server.exit({});
    }
  });
});
