import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endedByPanic } from '../../../../src/broker/ending/panicMerge.ts';
import { turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const PANIC_MS = 5_000;

test('P6 what a panic names and does not end, the broker ends when its time is over', async () => {
  const stage = new ProxyStage();
  const host = await stage.greeted({ policy: 'always' });
  host.callTool(1, 'build');
  await turn();
  const handle = handleIn(host.resultOf(1));
  const [server] = stage.channels;
  const upstream = stage.calls.ofHandle(handle)?.upstream ?? assert.fail('no upstream');
  const ending = endedByPanic(stage, { handle, upstream });
  await turn();
  await stage.passTime(PANIC_MS - 1);
  assert.deepEqual([stage.task.status, stage.task.reason?.level], ['cancelled', null]);
  assert.deepEqual(server?.ends, []);
  await stage.passTime(1);
  await ending;
  assert.deepEqual(server?.ends, [0]);
  assert.equal(stage.task.reason?.level, 'killed');
});
