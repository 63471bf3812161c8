import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { OwnedUpstreams } from '../../../../src/broker/sweep/ownedUpstreams.ts';
import {
  NOTHING_RUNS_NOTE,
  recordsWithoutProcess,
} from '../../../../src/broker/sweep/recordsWithoutProcess.ts';
import { resolveHome } from '../../../../src/brokerApi/home.ts';
import type { LiveCall } from '../../../../src/proxy/downstream/liveCall.ts';
import { FakeChannel } from '../../../support/fakeChannel.ts';
import { registryStage } from '../../../support/registryStage.ts';
import { aDraft } from '../../../support/taskRecords.ts';

const DEFINITION = { command: 'x', args: [], cwd: null, env: {} };
const look = (mend: boolean) => ({ paths: resolveHome({ home: '/nowhere' }), mend });

suite('which processes of ours are left', () => {
  test('those of an upstream that has exited, or was never started', async () => {
    const owned = new OwnedUpstreams('7-61');
    const channel = new FakeChannel(() => undefined);
    const start = owned.watched(async () => {
      assert.equal(owned.hasLeft('7-61:u1'), false, 'it is ours from its first moment');
      return channel;
    });
    assert.equal(owned.hasLeft('7-61:u1'), true);
    await start(DEFINITION, { id: 'u1', route: 'r' });
    assert.equal(owned.hasLeft('7-61:u1'), false);
    assert.equal(owned.hasLeft('7-62:u2'), false, 'another broker’s');
    channel.exit({});
    assert.equal(owned.hasLeft('7-61:u1'), true);
  });

  test('those of an upstream that did not come up', async () => {
    const owned = new OwnedUpstreams('7-61');
    const start = owned.watched(() => Promise.reject(new Error('no such command')));
    await assert.rejects(start(DEFINITION, { id: 'u1', route: 'r' }));
    assert.equal(owned.hasLeft('7-61:u1'), true);
  });
});

suite('records without a process', () => {
  test('P5 a live task that nothing stands behind is told, and lost when asked', async (t) => {
    const { registry, audit } = registryStage(t);
    const alone = await registry.create(aDraft());
    const attached = await registry.create(aDraft());
    const calls = {
      ofHandle: (handle: string) => (handle === attached.handle ? ({} as LiveCall) : undefined),
    };
    const examine = recordsWithoutProcess({ registry, calls, lookAgainMs: 0 });
    const [told, ...others] = await examine(look(false));
    assert.deepEqual([told?.kind, told?.outcome, others], ['record_without_process', 'left', []]);
    assert.ok(told?.what.includes(alone.handle));
    assert.equal(registry.get(alone.handle)?.status, 'working');
    const [mended] = await examine(look(true));
    assert.equal(mended?.outcome, 'mended');
    const { status, reason } = registry.get(alone.handle) ?? {};
    assert.equal(status, 'failed');
    assert.deepEqual([reason?.code, reason?.note], ['lost', NOTHING_RUNS_NOTE]);
    assert.equal(registry.get(attached.handle)?.status, 'working');
    assert.deepEqual(await examine(look(true)), []);
    assert.equal(audit.rows.filter(({ handle }) => handle === alone.handle).length, 2);
  });

  test('one that ends while it is looked at again is none', async (t) => {
    const { registry } = registryStage(t);
    const { handle } = await registry.create(aDraft());
    const calls = { ofHandle: () => undefined };
    const examining = recordsWithoutProcess({ registry, calls, lookAgainMs: 20 })(look(true));
    await registry.apply(handle, { type: 'completed', isError: false, resultJson: '{}' });
    assert.deepEqual(await examining, []);
    assert.equal(registry.get(handle)?.status, 'completed');
  });
});
