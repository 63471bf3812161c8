import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject, type JsonObject } from '../../../../../src/common/json.ts';
import { LegacyOverModern } from '../../../../../src/proxy/upstream/eras/legacyOverModern.ts';
import { ModernOverLegacy } from '../../../../../src/proxy/upstream/eras/modernOverLegacy.ts';
import type { UpstreamChannel } from '../../../../../src/proxy/upstream/upstreamChannel.ts';
import { readMessage } from '../../../../../src/proxy/wire/wireMessage.ts';
import { EraStage, envelope, MODERN } from '../../../../support/eraStage.ts';
import { parsed } from '../../../../support/fakeChannel.ts';
import { RandomJson } from '../../../../support/randomJson.ts';
import { settle } from '../../../../support/settle.ts';

const ROUNDS = 200;
const STEPS = 40;
const META = JSON.stringify(envelope({ elicitation: {}, roots: {} }));
const TAG = '"io.modelcontextprotocol/subscriptionId"';

type Bridge = (stage: EraStage) => UpstreamChannel;

const CAPABILITIES = {
  logging: {},
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
};
const BRIDGES: Readonly<Record<string, Bridge>> = {
  'a modern server': (stage) => new LegacyOverModern(stage.server, stage.options),
  'a legacy server': (stage) =>
    new ModernOverLegacy(stage.server, {
      clock: stage.clock,
      initializeResult: JSON.stringify({ capabilities: CAPABILITIES }),
    }),
};

/** An object with some of these members, some of them not what they should be. */
function odd(random: RandomJson, members: Readonly<Record<string, string>>): string {
  const some = Object.entries(members)
    .filter(() => random.below(12) > 0)
    .map(([key, value]) => [key, random.below(12) === 0 ? random.value(2) : value] as const);
  return random.object(1, some);
}

/** What has been said so far, as JSON text. */
interface Said {
  readonly states: readonly string[];
  readonly asked: readonly string[];
}

function oddParams(random: RandomJson, { states, asked }: Said): string {
  const any = (of: readonly string[]) => of[random.below(of.length)] ?? '1';
  return odd(random, {
    name: '"greet"',
    uri: random.pick('"a:b"', '"a:c"'),
    level: '"info"',
    requestId: any(asked),
    progressToken: any(asked),
    protocolVersion: '"2025-11-25"',
    capabilities: '{"elicitation":{},"roots":{}}',
    notifications: odd(random, { toolsListChanged: 'true', resourceSubscriptions: '["a:b"]' }),
    _meta: random.pick(META, META, `{${TAG}:${any(asked)}}`),
    ...(random.below(2) === 0 && {
      inputResponses: random.pick('{"question-1":{}}', '{"question-2":{}}', random.value(2)),
      requestState: any(states),
    }),
  });
}

function oddRequest(random: RandomJson, id: number, said: Said): string {
  const method = random.pick(
    'initialize',
    'server/discover',
    'subscriptions/listen',
    'tools/call',
    'tools/call',
    'tools/call',
    'tools/call',
    'elicitation/create',
    'prompts/get',
    'tools/list',
    'logging/setLevel',
    'resources/subscribe',
    'resources/unsubscribe',
    'notifications/initialized',
    'notifications/cancelled',
    'notifications/progress',
    'notifications/subscriptions/acknowledged',
    'notifications/tools/list_changed',
    'notifications/resources/updated',
    'elicitation/create',
    'roots/list',
    'ping',
  );
  const idText = method.startsWith('notifications/') ? '' : `"id":${id},`;
  return `{"jsonrpc":"2.0",${idText}"method":"${method}","params":${oddParams(random, said)}}`;
}

/** An answer to something that was asked, fitting or not. */
function oddAnswer(random: RandomJson, { asked }: Said): string {
  const id = asked[random.below(asked.length)] ?? '1';
  const question = odd(random, { method: '"elicitation/create"', params: '{"mode":"url"}' });
  const result = odd(random, {
    resultType: random.pick('"complete"', '"input_required"', '"input_required"'),
    inputRequests: odd(random, { a: question, b: '{"method":"roots/list"}' }),
    requestState: random.string(),
    supportedVersions: `["${MODERN}"]`,
    capabilities: JSON.stringify(CAPABILITIES),
    content: '[]',
  });
  const error = odd(random, { code: random.pick('-32002', '-1'), message: '"no"' });
  return `{"jsonrpc":"2.0","id":${id},${random.pick(`"result":${result}`, `"error":${error}`)}}`;
}

function saidIn(messages: readonly JsonObject[]): Said {
  const results = messages.map(({ result }) => (isJsonObject(result) ? result : {}));
  const requests = messages.filter(({ id, method }) => id !== undefined && method !== undefined);
  return {
    states: results.flatMap(({ requestState }) => JSON.stringify(requestState) ?? []),
    // The later ones are those that still wait.
    asked: requests.slice(-5).map(({ id }) => JSON.stringify(id)),
  };
}

async function play(stage: EraStage, bridge: UpstreamChannel, random: RandomJson): Promise<void> {
  for (let step = 1; step < STEPS; step += 1) {
    const told = saidIn(stage.told);
    const sent = saidIn(stage.server.sent.map(parsed));
    const what = random.below(10);
    if (what < 4) bridge.send(oddRequest(random, step, { ...told, asked: sent.asked }));
    else if (what < 5) bridge.send(oddAnswer(random, told));
    else if (what < 7) stage.server.print(oddRequest(random, 1_000 + step, sent));
    else if (what < 9) stage.server.print(oddAnswer(random, sent));
    else stage.clock.advance(random.pick(100, 2_000, 4_000_000));
    if (random.below(3) === 0) await settle();
  }
}

suite('nonsense between the eras', () => {
  for (const [name, bridgeTo] of Object.entries(BRIDGES)) {
    test(`never breaks the bridge to ${name}, which leaves nothing behind`, async (t) => {
      const faults: unknown[] = [];
      const onFault = (error: unknown) => void faults.push(error);
      process.on('unhandledRejection', onFault);
      t.after(() => process.off('unhandledRejection', onFault));
      for (let seed = 1; seed <= ROUNDS; seed += 1) {
        const stage = new EraStage();
        const bridge = bridgeTo(stage);
        stage.attach(bridge);
        await play(stage, bridge, new RandomJson(seed));
        for (const line of stage.server.sent)
          assert(readMessage(line) !== null, `${seed}: ${line}`);
        stage.server.exit({});
        assert.equal(stage.clock.pending, 0, `seed ${seed}: a timer is left`);
      }
      await settle();
      assert.deepEqual(faults, []);
    });
  }
});
