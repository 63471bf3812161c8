import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AdminLocks } from '../../../../src/brokerApi/adminLocks.ts';
import type { WorkRefusal } from '../../../../src/brokerApi/workRefusal.ts';
import { systemClock } from '../../../../src/common/clock.ts';
import { Emitter } from '../../../../src/common/event.ts';
import { WorkState } from '../../../../src/editor/authority/workState.ts';
import { TaskModel } from '../../../../src/editor/taskModel.ts';
import { taskRow } from '../../../support/taskRow.ts';
import { workRefusal } from '../../../support/workRefusal.ts';

function stage() {
  const refusals = new Emitter<readonly WorkRefusal[] | undefined>();
  const locks = new Emitter<AdminLocks>();
  const news = { onDidChangeRefusals: refusals.event, onDidChangeLocks: locks.event };
  const model = new TaskModel('ws', systemClock);
  const state = new WorkState({ news, model, workspaceId: 'ws' });
  const told = { count: 0 };
  state.onDidChange(() => {
    told.count += 1;
  });
  return { refusals, locks, model, state, told };
}

suite('work state', () => {
  test('P7 keeps what the broker said last, and tells', () => {
    const { refusals, state, told } = stage();
    assert.deepEqual([state.canRefuse, state.refusals], [false, []]);
    refusals.fire([workRefusal()]);
    assert.deepEqual([state.canRefuse, state.refusals.length, told.count], [true, 1, 1]);
  });

  test('knows a broker that cannot refuse', () => {
    const { refusals, state } = stage();
    refusals.fire([workRefusal()]);
    refusals.fire(undefined);
    assert.deepEqual([state.canRefuse, state.refusals], [false, []]);
  });

  test('P7 holds those of this window, a chat as soon as a row of it is there', () => {
    const { refusals, model, state, told } = stage();
    const [one, other] = ['one', 'other'].map((conversationId) =>
      workRefusal({ id: conversationId, scope: { kind: 'conversation', conversationId } }),
    );
    assert.ok(one && other);
    refusals.fire([workRefusal({ scope: { kind: 'workspace', workspace: 'far' } }), one, other]);
    assert.deepEqual([state.refusals.length, state.ofWindow.length, told.count], [3, 0, 1]);
    const row = (conversationId: string) =>
      taskRow({ id: conversationId, workspace: 'ws', conversationId });
    model.apply({ rows: [row('one')], removed: [] });
    assert.deepEqual([state.ofWindow, told.count], [[one], 2]);
    model.apply({ rows: [row('other')], removed: ['one'] });
    assert.deepEqual([state.ofWindow, told.count], [[other], 3]);
  });

  test('is not told anew by rows that change nothing of what is refused', () => {
    const { refusals, model, state, told } = stage();
    refusals.fire([workRefusal({ scope: { kind: 'everything' } })]);
    model.apply({ rows: [taskRow({ workspace: 'ws' })], removed: [] });
    assert.deepEqual([state.ofWindow.length, told.count], [1, 1]);
  });

  test('hears nothing once it is disposed', () => {
    const { refusals, locks, state } = stage();
    state.dispose();
    assert.deepEqual([refusals.hasListeners, locks.hasListeners], [false, false]);
  });
});
