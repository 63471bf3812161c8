import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EraMemory } from '../../../../../src/proxy/upstream/eras/eraMemory.ts';
import { speakModern } from '../../../../../src/proxy/upstream/eras/speakModern.ts';
import type { UpstreamChannel } from '../../../../../src/proxy/upstream/upstreamChannel.ts';
import { envelope, MODERN } from '../../../../support/eraStage.ts';
import { FakeChannel, parsed, type Script } from '../../../../support/fakeChannel.ts';
import { FakeClock } from '../../../../support/fakeClock.ts';
import { settle } from '../../../../support/settle.ts';

const INITIALIZED = { protocolVersion: '2025-06-18', capabilities: {}, serverInfo: { name: 'l' } };
const CAPABILITIES = { roots: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } };
const NOT_KNOWN = { code: -32601, message: 'Method not found' };

const isLegacy: Script = ({ method }) => (method === 'initialize' ? INITIALIZED : undefined);

/** A modern client that opens a server which a test plays. */
class ModernClient {
  readonly clock = new FakeClock();
  readonly servers: FakeChannel[];
  starts = 1;
  channel: UpstreamChannel | null = null;
  failure: Error | null = null;

  constructor(
    scripts: readonly Script[],
    readonly memory = new EraMemory(),
  ) {
    this.servers = scripts.map((script) => new FakeChannel(script));
  }

  get known() {
    return this.memory.of('s', 'modern');
  }

  server(index = 0): FakeChannel {
    return this.servers[index] ?? assert.fail('it was not to be started again');
  }

  async open(): Promise<void> {
    const opened = speakModern({
      channel: this.server(),
      restart: async () => this.server(this.starts++),
      opening: {
        dialect: 'modern',
        protocolVersion: MODERN,
        clientInfoJson: '{"name":"host","version":"1"}',
        capabilitiesJson: JSON.stringify(CAPABILITIES),
      },
      clock: this.clock,
      known: this.known,
    });
    opened.then(
      (channel) => {
        this.channel = channel;
      },
      (error) => {
        this.failure = error;
      },
    );
    await settle();
  }

  /** The server answers the request that it got last. */
  async reply(answer: object, index = 0): Promise<void> {
    const { id } = parsed(this.server(index).sent.at(-1) ?? '');
    this.server(index).print({ jsonrpc: '2.0', id, ...answer });
    await settle();
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settle();
  }

  /** Whether the client is shown a modern server by a bridge. */
  async isBridged(index = 0): Promise<boolean> {
    const told: unknown[] = [];
    this.channel?.onLine((line) => told.push(parsed(line).id));
    const params = { _meta: envelope() };
    this.channel?.send(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'server/discover', params }),
    );
    await settle();
    return told.includes(1) && this.server(index).last('initialize') !== undefined;
  }
}

suite('a modern client', () => {
  test('and a modern server have nothing between them, once it has been discovered', async () => {
    const supportedVersions = [MODERN];
    const client = new ModernClient([() => ({ supportedVersions })]);
    await client.open();
    const { params } = client.server().last('server/discover');
    assert.deepEqual(params, { _meta: envelope(CAPABILITIES) });
    client.channel?.send('{"as" : "it is"}');
    const told: string[] = [];
    client.channel?.onLine((line) => told.push(line));
    client.server().print('{"as":1.0}');
    assert.deepEqual([client.server().sent.at(-1), ...told], ['{"as" : "it is"}', '{"as":1.0}']);
    assert.equal(client.known.era, 'modern');
    assert.equal(client.clock.pending, 0);
    const again = new ModernClient([() => undefined], client.memory);
    await again.open();
    assert.equal(again.channel, again.server(), 'it is not probed twice');
  });

  for (const [what, error] of [
    ['needs a header', { code: -32020, message: 'HeaderMismatch' }],
    ['needs a capability', { code: -32021, message: 'no', data: { requiredCapabilities: {} } }],
    ['knows the revision', { code: -32022, message: 'no', data: { supported: ['a', MODERN] } }],
  ] as const) {
    test(`a server that refuses the probe because it ${what} is a modern one`, async () => {
      const client = new ModernClient([() => undefined]);
      await client.open();
      await client.reply({ error });
      assert.equal(client.known.era, 'modern');
    });
  }

  test('meets a legacy server through a bridge: it is initialised with what the client said', async () => {
    const client = new ModernClient([isLegacy]);
    await client.open();
    await client.reply({ error: NOT_KNOWN });
    const { params } = client.server().last('initialize');
    const clientInfo = { name: 'host', version: '1' };
    const capabilities = { roots: {} };
    assert.deepEqual(params, { protocolVersion: '2025-11-25', capabilities, clientInfo });
    assert.equal(client.server().methods.at(-1), 'notifications/initialized');
    assert(await client.isBridged());
    const again = new ModernClient([isLegacy], client.memory);
    await again.open();
    const methods = ['initialize', 'notifications/initialized'];
    assert.deepEqual(again.server().methods, methods, 'it is not probed twice');
  });

  for (const [what, answer] of [
    ['knows other revisions only', { error: { code: -32022, data: { supported: ['2031'] } } }],
    ['discovers something else', { result: { supportedVersions: ['2031-01-01'] } }],
    ['discovers nothing', { result: {} }],
  ] as const) {
    test(`a server that ${what} is taken for a legacy one`, async () => {
      const client = new ModernClient([isLegacy]);
      await client.open();
      await client.reply(answer);
      assert(await client.isBridged());
    });
  }

  test('waits two seconds for a server that does not answer the probe', async () => {
    const client = new ModernClient([isLegacy]);
    await client.open();
    await client.pass(1_999);
    assert.deepEqual(client.server().methods, ['server/discover']);
    await client.pass(1);
    assert(await client.isBridged());
    assert.equal(client.clock.pending, 0);
  });

  test('meets a modern server that was slow to start', async () => {
    const client = new ModernClient([() => undefined]);
    await client.open();
    const probe = client.server().last('server/discover').id;
    await client.pass(2_000);
    client.server().answer(probe, { supportedVersions: [MODERN] });
    await client.reply({ error: { code: -32022, data: { supported: [MODERN] } } });
    assert.equal(client.known.era, 'modern');
    assert.equal(client.starts, 1);
  });

  test('a server that the probe ends is started once more, and greeted', async () => {
    const client = new ModernClient([() => undefined, isLegacy]);
    await client.open();
    client.server().exit({ code: 1 });
    await settle();
    assert(await client.isBridged(1));
    assert.equal(client.server().shutDowns, 0, 'it had gone already');
    assert.equal(client.known.era, 'legacy');
  });

  test('a server that the probe strikes dumb is started once more, after ten seconds', async () => {
    const client = new ModernClient([() => undefined, isLegacy]);
    await client.open();
    await client.pass(2_000);
    await client.pass(10_000);
    assert.equal(client.server().shutDowns, 1);
    assert(await client.isBridged(1));
  });

  test('a server that refuses to be initialised after the probe is started once more', async () => {
    const client = new ModernClient([() => undefined, isLegacy]);
    await client.open();
    await client.reply({ error: NOT_KNOWN });
    await client.reply({ error: NOT_KNOWN });
    assert(await client.isBridged(1));
  });

  test('hears why of a server that refuses both, and nothing is left running', async () => {
    const client = new ModernClient([() => undefined, () => undefined]);
    await client.open();
    await client.reply({ error: NOT_KNOWN });
    await client.reply({ error: NOT_KNOWN });
    await client.reply({ error: { code: 1, message: 'No licence.' } }, 1);
    assert.equal(client.failure?.message, 'The server could not be initialised: No licence.');
    assert.deepEqual(
      client.servers.map(({ shutDowns }) => shutDowns),
      [1, 1],
    );
  });

  test('hears the last words of a server that exits both times', async () => {
    const client = new ModernClient([() => undefined, () => undefined]);
    await client.open();
    client.server().exit({ code: 1 });
    await settle();
    client.server(1).exit({ code: 1, stderrTail: 'one\nNo such file.\n' });
    await settle();
    assert.match(client.failure?.message ?? '', /exited, saying: No such file\.$/);
  });

  test('P8 what looks like a secret in the words of a server is not passed on', async () => {
    const exited = new ModernClient([() => undefined, () => undefined]);
    await exited.open();
    exited.server().exit({ code: 1 });
    await settle();
    exited.server(1).exit({ code: 1, stderrTail: 'bad API_KEY=abcdef0123456789' });
    await settle();
    assert.match(exited.failure?.message ?? '', /saying: bad /);
    assert.doesNotMatch(exited.failure?.message ?? '', /abcdef0123456789/);
    const memory = new EraMemory();
    memory.of('s', 'modern').note('legacy');
    const refused = new ModernClient([() => undefined], memory);
    await refused.open();
    await refused.reply({ error: { code: 1, message: 'no password=abcdef0123456789' } });
    assert.match(refused.failure?.message ?? '', /initialised: no /);
    assert.doesNotMatch(refused.failure?.message ?? '', /abcdef0123456789/);
  });

  test('whose server is legacy no more meets it as it is the time after', async () => {
    const memory = new EraMemory();
    memory.of('s', 'modern').note('legacy');
    const client = new ModernClient([() => undefined], memory);
    await client.open();
    await client.reply({ error: NOT_KNOWN });
    assert.notEqual(client.failure, null);
    assert.equal(client.known.era, null);
  });

  test('hears what the server said on stderr meanwhile', async () => {
    for (const script of [isLegacy, () => ({ supportedVersions: [MODERN] })] satisfies Script[]) {
      const client = new ModernClient([script]);
      const opening = client.open();
      client.server().complain('starting');
      await opening;
      if (script === isLegacy) await client.reply({ error: NOT_KNOWN });
      const heard: string[] = [];
      client.channel?.onStderr((text) => heard.push(text));
      client.server().complain('started');
      await settle();
      assert.deepEqual(heard.sort(), ['started', 'starting']);
    }
  });

  test('a server that speaks both eras is remembered for clients of each', () => {
    const memory = new EraMemory();
    memory.of('s', 'modern').note('modern');
    assert.equal(memory.of('s', 'legacy').era, null);
    assert.equal(memory.of('t', 'modern').era, null);
    assert.equal(memory.of('s', 'modern').era, 'modern');
  });
});
