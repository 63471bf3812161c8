import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject } from '../../../../src/common/json.ts';
import { turn } from '../../../support/fakeHost.ts';
import { ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };
const HAND_OFF_MS = 10_000;

/** A call whose hand-off is just being written; the write will fail. */
async function refused() {
  const stage = new ProxyStage();
  const host = await stage.greeted();
  host.callTool(1, 'build');
  stage.store.fail();
  const release = stage.store.hold();
  await stage.passTime(HAND_OFF_MS);
  const fail = async () => {
    release();
    await turn();
  };
  return { stage, host, fail };
}

suite('a hand-off that the disk refuses', () => {
  test('lets the call pass untracked', async () => {
    const { stage, host, fail } = await refused();
    await fail();
    assert.deepEqual(host.answersTo(1), []);
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    assert.deepEqual(host.resultOf(1), RESULT);
    assert.equal(stage.registry.list().length, 0);
    assert(stage.logged.some(({ message }) => message.includes('`build` goes on untracked')));
  });

  test('passes on an answer that came meanwhile', async () => {
    const { stage, host, fail } = await refused();
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    await fail();
    assert.deepEqual(host.resultOf(1), RESULT);
  });

  test('answers with one error when the upstream ended meanwhile', async () => {
    const { stage, host, fail } = await refused();
    stage.server.exit({ code: 1 });
    await fail();
    assert(isJsonObject(host.answerTo(1).error));
    assert.equal(stage.calls.size, 0);
  });

  test('stops the call that was cancelled meanwhile', async () => {
    const { stage, host, fail } = await refused();
    host.notify('notifications/cancelled', { requestId: 1 });
    await fail();
    assert.deepEqual(host.answersTo(1), []);
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
    assert.equal(stage.calls.size, 0);
  });

  test('can be tried again by hand', async () => {
    const { stage, host, fail } = await refused();
    await fail();
    stage.store.heal();
    await stage.calls.all()[0]?.handOff();
    assert.equal(stage.task.status, 'working');
    assert.equal(host.answersTo(1).length, 1);
  });
});
