import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Emitter } from '../../../src/common/event.ts';
import { silentLog } from '../../../src/common/log.ts';
import { newHandleId } from '../../../src/registry/handleId.ts';
import { Registry } from '../../../src/registry/registry.ts';
import type { TaskRecord } from '../../../src/registry/taskRecord.ts';
import { waitForEnd } from '../../../src/registry/waiting.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { MemoryAuditTrail } from '../../support/memoryAuditTrail.ts';
import { MemoryTaskStore } from '../../support/memoryTaskStore.ts';
import { settle } from '../../support/settle.ts';
import { aDraft, aTask } from '../../support/taskRecords.ts';

function stage(t: TestContext) {
  const clock = new FakeClock();
  const registry = new Registry({
    store: new MemoryTaskStore(),
    audit: new MemoryAuditTrail(),
    clock,
    log: silentLog,
  });
  t.after(() => registry.dispose());
  return { clock, registry };
}

suite('waitForEnd', () => {
  test('P11 waits through a pause when only the end is waited for', async (t) => {
    const { clock, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const until = ({ status }: TaskRecord) => status === 'completed';
    const waited = waitForEnd(registry, handle, { waitMs: 45_000, clock, until });
    await registry.apply(handle, { type: 'paused', by: 'user' });
    await registry.apply(handle, { type: 'completed', isError: false, resultJson: '{}' });
    assert.equal((await waited).status, 'completed');
  });

  test('P11 resolves when the task ends', async (t) => {
    const { clock, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const other = await registry.create(aDraft());
    const waited = waitForEnd(registry, handle, { waitMs: 45_000, clock });
    await registry.apply(other.handle, { type: 'revoked', by: 'user', note: null });
    await registry.apply(handle, { type: 'completed', isError: false, resultJson: '{}' });
    assert.equal((await waited).status, 'completed');
    assert.equal(clock.pending, 0);
  });

  test('resolves when the task needs input', async (t) => {
    const { clock, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const waited = waitForEnd(registry, handle, { waitMs: 45_000, clock });
    await registry.apply(handle, { type: 'inputRequired' });
    assert.equal((await waited).status, 'input_required');
  });

  test('resolves with the latest progress when the time is over', async (t) => {
    const { clock, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const waited = waitForEnd(registry, handle, { waitMs: 45_000, clock });
    registry.tick(handle, { progress: 1, total: 2, message: null });
    await settle();
    clock.advance(45_000);
    const record = await waited;
    assert.deepEqual([record.status, record.progress?.progress], ['working', 1]);
  });

  test('does not wait for what rests already', async (t) => {
    const { clock, registry } = stage(t);
    const tasks = [
      aTask({ paused: true }),
      aTask({ status: 'failed', endedAtMs: 1 }),
      aTask({ status: 'input_required' }),
    ];
    registry.addStored(tasks);
    for (const task of tasks) {
      assert.deepEqual(await waitForEnd(registry, task.handle, { waitMs: 9, clock }), task);
    }
  });

  test('does not wait when there is no time', async (t) => {
    const { clock, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    assert.equal((await waitForEnd(registry, handle, { waitMs: 0, clock })).status, 'working');
  });

  test('a wake or an abort ends the wait and leaves nothing', async (t) => {
    const { clock, registry } = stage(t);
    const { handle } = await registry.create(aDraft());
    const wake = new Emitter<void>();
    const abort = new AbortController();
    const woken = waitForEnd(registry, handle, { waitMs: 9_000, clock, wake: wake.event });
    const aborted = waitForEnd(registry, handle, { waitMs: 9_000, clock, signal: abort.signal });
    wake.fire();
    abort.abort();
    assert.equal((await woken).status, 'working');
    assert.equal((await aborted).status, 'working');
    assert.deepEqual([wake.hasListeners, clock.pending], [false, 0]);
  });

  test('an unknown handle is refused', async (t) => {
    const { clock, registry } = stage(t);
    await assert.rejects(waitForEnd(registry, newHandleId(), { waitMs: 9, clock }), {
      code: 'no_such_handle',
    });
  });
});
