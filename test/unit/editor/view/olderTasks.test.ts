import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import { Emitter } from '../../../../src/common/event.ts';
import { silentLog } from '../../../../src/common/log.ts';
import { TaskModel } from '../../../../src/editor/taskModel.ts';
import { OlderTasks } from '../../../../src/editor/view/olderTasks.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { settle } from '../../../support/settle.ts';
import { taskRow } from '../../../support/taskRow.ts';

function stage(rows: TaskRow[]) {
  const received = new Emitter<readonly TaskRow[]>();
  const asked: string[] = [];
  let failure: Error | null = null;
  const link = {
    news: { onDidReceiveRows: received.event },
    request: async (method: string) => {
      asked.push(method);
      if (failure) throw failure;
      return { rows };
    },
  };
  const model = new TaskModel('w', new FakeClock());
  const older = new OlderTasks({ link: link as never, model, log: silentLog });
  const fail = (error: Error | null) => {
    failure = error;
  };
  return { older, model, asked, received, fail };
}

suite('older tasks', () => {
  test('are asked for when their group is opened, once', async () => {
    const row = taskRow({ id: 'th_old', status: 'completed', isArchived: true });
    const { older, model, asked } = stage([row]);
    assert.deepEqual(asked, []);
    older.load();
    older.load();
    await settle();
    assert.deepEqual(asked, ['tasks/older']);
    assert.equal(model.get('th_old')?.row.isArchived, true);
  });

  test('are asked for again after the rows were replaced', async () => {
    const { older, asked, received } = stage([]);
    older.load();
    await settle();
    received.fire([]);
    older.load();
    assert.equal(asked.length, 2);
  });

  test('are asked for again after a failure', async () => {
    const { older, asked, fail } = stage([]);
    fail(new Error('no link'));
    older.load();
    await settle();
    fail(null);
    older.load();
    assert.equal(asked.length, 2);
  });
});
