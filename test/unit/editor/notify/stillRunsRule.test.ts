import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import { isWorthTelling } from '../../../../src/editor/notify/endRule.ts';
import { isWorthTerminating, stillRunsText } from '../../../../src/editor/notify/stillRunsRule.ts';
import { completedRow } from '../../../support/taskRow.ts';

const stillRuns = (by: NonNullable<TaskRow['reason']>['by'], mayStillRun = true) =>
  completedRow(0, {
    status: 'cancelled',
    mayStillRun,
    reason: { code: by === 'policy' ? 'total_timeout' : 'revoked', by, level: 'cooperative' },
  });

suite('still runs rule', () => {
  test('P6 asks who ended the task, or whose rule did', () => {
    const asked = (['user', 'policy', 'agent', 'supervisor'] as const).filter((by) =>
      isWorthTerminating(stillRuns(by)),
    );
    assert.deepEqual(asked, ['user', 'policy']);
    assert.ok(!isWorthTerminating(stillRuns('user', false)));
  });

  test('takes the place of the message that the task has ended', () => {
    assert.ok(isWorthTelling(stillRuns('policy', false)));
    assert.ok(!isWorthTelling(stillRuns('policy')));
  });

  test('names the task and its server', () => {
    assert.match(stillRunsText(stillRuns('user')), /^`echo · npm run build` is revoked.* `shell` /);
    assert.match(stillRunsText(stillRuns('policy')), /stopped by its time limit/);
  });
});
