import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AdminLocks } from '../../../../src/brokerApi/adminLocks.ts';
import type { WorkRefusal } from '../../../../src/brokerApi/workRefusal.ts';
import { Emitter } from '../../../../src/common/event.ts';
import { WorkState } from '../../../../src/editor/authority/workState.ts';
import { workRefusal } from '../../../support/workRefusal.ts';

function stage() {
  const refusals = new Emitter<readonly WorkRefusal[] | undefined>();
  const locks = new Emitter<AdminLocks>();
  const state = new WorkState({
    onDidChangeRefusals: refusals.event,
    onDidChangeLocks: locks.event,
  });
  return { refusals, locks, state };
}

suite('work state', () => {
  test('P7 keeps what the broker said last, and tells', () => {
    const { refusals, state } = stage();
    let told = 0;
    state.onDidChange(() => {
      told += 1;
    });
    assert.deepEqual([state.canRefuse, state.refusals], [false, []]);
    refusals.fire([workRefusal()]);
    assert.deepEqual([state.canRefuse, state.refusals.length, told], [true, 1, 1]);
  });

  test('knows a broker that cannot refuse', () => {
    const { refusals, state } = stage();
    refusals.fire([workRefusal()]);
    refusals.fire(undefined);
    assert.deepEqual([state.canRefuse, state.refusals], [false, []]);
  });

  test('hears nothing once it is disposed', () => {
    const { refusals, locks, state } = stage();
    state.dispose();
    assert.deepEqual([refusals.hasListeners, locks.hasListeners], [false, false]);
  });
});
