import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { Event } from '../../../src/common/event.ts';
import { silentLog } from '../../../src/common/log.ts';
import { Registry } from '../../../src/registry/registry.ts';
import type { HandleId, TaskRecord } from '../../../src/registry/taskRecord.ts';
import { waitForEnd } from '../../../src/registry/waiting.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { MemoryAuditTrail } from '../../support/memoryAuditTrail.ts';
import { MemoryTaskStore } from '../../support/memoryTaskStore.ts';
import { settle } from '../../support/settle.ts';
import { aDraft } from '../../support/taskRecords.ts';

const TASKS = 100;
const POLLERS_EACH = 10;
const POLLERS = TASKS * POLLERS_EACH;
const WAIT_MS = 45_000;

/** Counts what runs on behalf of those who wait. */
class CountingRegistry extends Registry {
  reads = 0;
  listenerCalls = 0;
  listeners = 0;

  override get(handle: HandleId): TaskRecord | undefined {
    this.reads += 1;
    return super.get(handle);
  }

  override onDidChangeOf(handle: HandleId): Event<TaskRecord> {
    const event = super.onDidChangeOf(handle);
    return (listener) => {
      this.listeners += 1;
      const subscription = event((record) => {
        this.listenerCalls += 1;
        listener(record);
      });
      return {
        dispose: () => {
          this.listeners -= 1;
          subscription.dispose();
        },
      };
    };
  }
}

/** A registry with tasks, and on each of them pollers that note when they are answered. */
async function stage(t: TestContext) {
  const clock = new FakeClock();
  const store = new MemoryTaskStore();
  const registry = new CountingRegistry({
    store,
    audit: new MemoryAuditTrail(),
    clock,
    log: silentLog,
  });
  t.after(() => registry.dispose());
  const drafts = Array.from({ length: TASKS }, () => registry.create(aDraft()));
  const handles = (await Promise.all(drafts)).map((task) => task.handle);
  const timersBefore = clock.pending;
  const answers: TaskRecord[] = [];
  const polls = handles.flatMap((handle) =>
    Array.from({ length: POLLERS_EACH }, async () => {
      answers.push(await waitForEnd(registry, handle, { waitMs: WAIT_MS, clock }));
    }),
  );
  registry.reads = 0;
  const timers = () => clock.pending - timersBefore;
  return { clock, store, registry, handles, answers, polls, timers };
}

suite('a thousand pollers', () => {
  test('P11 nothing runs while nothing changes', async (t) => {
    const { clock, store, registry, answers, timers } = await stage(t);
    const writes = store.attempts.length;
    assert.deepEqual([timers(), registry.listeners], [POLLERS, POLLERS]);
    clock.advance(WAIT_MS - 1);
    await settle();
    assert.deepEqual([registry.reads, registry.listenerCalls, answers.length], [0, 0, 0]);
    assert.deepEqual([timers(), store.attempts.length], [POLLERS, writes]);
  });

  test('P11 the first change answers those whom it concerns, and nobody else', async (t) => {
    const { registry, handles, answers, timers } = await stage(t);
    const [handle = 'th_'] = handles.slice(TASKS / 2);
    await registry.apply(handle, { type: 'completed', isError: false, resultJson: '{}' });
    await settle();
    assert.equal(answers.length, POLLERS_EACH);
    assert.deepEqual(
      [...new Set(answers.map((record) => `${record.handle} ${record.status}`))],
      [`${handle} completed`],
    );
    const calls = [registry.listenerCalls, registry.reads];
    assert.deepEqual(calls, [POLLERS_EACH, POLLERS_EACH], 'no other poller was woken');
    assert.deepEqual(
      [timers(), registry.listeners],
      [POLLERS - POLLERS_EACH, POLLERS - POLLERS_EACH],
    );
  });

  test('P11 progress wakes no poller', async (t) => {
    const { clock, registry, handles, answers } = await stage(t);
    for (const handle of handles) {
      registry.tick(handle, { progress: 1, total: 4, message: null });
    }
    clock.advance(1_000);
    await settle();
    assert.deepEqual([answers.length, registry.listenerCalls, registry.reads], [0, 0, 0]);
  });

  test('P11 when the time is over everyone is answered once, and nothing is left', async (t) => {
    const { clock, registry, answers, polls, timers } = await stage(t);
    clock.advance(WAIT_MS);
    await Promise.all(polls);
    assert.deepEqual([answers.length, registry.listeners, timers()], [POLLERS, 0, 0]);
  });
});
