import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parsed } from '../../../../support/fakeChannel.ts';
import { RandomJson } from '../../../../support/randomJson.ts';
import { ENVELOPE, TaskStage } from '../../../../support/taskStage.ts';

const ROUNDS = 300;
const STEPS = 40;

/** Something like a task of either generation, with members that are not what they should be. */
function oddTask(random: RandomJson): string {
  const members: [string, string][] = [
    ['taskId', random.pick('"t1"', '"t2"', random.scalar())],
    ['status', random.pick('"working"', '"input_required"', '"completed"', random.scalar())],
    ['pollInterval', random.scalar()],
    ['statusMessage', random.scalar()],
    ['result', random.value(2)],
    ['inputRequests', random.pick('{"a":{"method":"elicitation/create"}}', random.value(2))],
  ];
  return random.object(1, random.shuffled(members).slice(random.below(members.length)) as never);
}

/** An answer to one of the requests that the server has got, fitting or not. */
function oddAnswer(random: RandomJson, sent: readonly string[]): string {
  const ids = sent.map((line) => parsed(line).id).filter((id) => id !== undefined);
  const id = JSON.stringify(random.below(8) === 0 ? 99 : (ids[random.below(ids.length)] ?? 1));
  const task = oddTask(random);
  const result = random.pick(
    task,
    `{"task":${task}}`,
    task.replace('{', '{"resultType":"task",'),
    '{"content":[],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}}}',
    random.value(2),
  );
  const error = random.pick('{"code":-32602,"message":"no"}', '{"code":-32601}', random.value(1));
  return `{"jsonrpc":"2.0","id":${id},${random.pick(`"result":${result}`, `"error":${error}`)}}`;
}

function oddMessage(random: RandomJson): string {
  const params = random.pick(oddTask(random), random.value(2));
  const method = random.pick(
    'notifications/tasks/status',
    'notifications/tasks',
    'notifications/progress',
    'notifications/tools/list_changed',
    'elicitation/create',
  );
  const id = random.pick('', '"id":5,');
  return `{"jsonrpc":"2.0",${id}"method":"${method}","params":${params}}`;
}

async function play(stage: TaskStage, random: RandomJson): Promise<void> {
  for (let step = 3; step < STEPS; step += 1) {
    const what = random.below(6);
    if (what === 0) stage.modernCall(step, { _meta: { ...ENVELOPE, progressToken: step } });
    else if (what === 1) {
      const requestId = 3 + random.below(step);
      stage.send({ method: 'notifications/cancelled', params: { requestId } });
    } else if (what === 2) stage.server.print(oddMessage(random));
    else if (what === 3) stage.clock.advance(random.below(100_000));
    else stage.server.print(oddAnswer(random, stage.server.sent));
  }
}

suite('a server that talks nonsense about its tasks', () => {
  for (const era of ['legacy', 'modern'] as const) {
    test(`never breaks the layer, which leaves nothing behind (${era})`, async (t) => {
      const faults: unknown[] = [];
      const onFault = (error: unknown) => void faults.push(error);
      process.on('unhandledRejection', onFault);
      t.after(() => process.off('unhandledRejection', onFault));
      for (let seed = 1; seed <= ROUNDS; seed += 1) {
        const stage = await TaskStage[era]();
        await play(stage, new RandomJson(seed));
        assert.ok(stage.messages.length > 0, 'what goes up are messages');
        stage.server.exit({});
        assert.equal(stage.clock.pending, 0, `seed ${seed}: a timer is left`);
      }
      assert.deepEqual(faults, []);
    });
  }
});
