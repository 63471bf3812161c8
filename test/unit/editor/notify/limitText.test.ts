import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { BrokerNotifications } from '../../../../src/brokerApi/brokerProtocol.ts';
import { extendedText, warningKey, warningText } from '../../../../src/editor/notify/limitText.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const warning = (
  differences: Partial<BrokerNotifications['tasks/warned']> = {},
): BrokerNotifications['tasks/warned'] => ({
  row: taskRow({ tool: 'build', argument: '' }),
  clock: 'total',
  limitMs: 4 * HOUR,
  ranMs: 3.2 * HOUR,
  ...differences,
});

suite('limit text', () => {
  test('P9 warns of the total time with what is used of it', () => {
    const text = '`build` has used 80 % of its 4 h, after which it is stopped.';
    assert.equal(warningText(warning()), text);
  });

  test('P9 warns of silence with how long it has lasted', () => {
    const idle = warning({ clock: 'idle', limitMs: 10 * MINUTE, ranMs: 8 * MINUTE });
    const text = '`build` has made no progress for 8 min; after 10 min it is stopped.';
    assert.equal(warningText(idle), text);
  });

  test('warns again only of another clock or another limit', () => {
    const keys = [
      warning(),
      warning({ ranMs: 3.9 * HOUR }),
      warning({ clock: 'idle' }),
      warning({ limitMs: 8 * HOUR }),
    ].map(warningKey);
    assert.equal(new Set(keys).size, 3);
  });

  test('makes no link of a tool name', () => {
    const row = taskRow({ tool: '[x](command:y)`z', argument: '' });
    assert.match(warningText(warning({ row })), /^`\(x\)\(command:y\)'z` has used/);
  });

  test('says what an extension did, or why it did nothing', () => {
    const deadlines = {
      total: { limitMs: 8 * HOUR, ranMs: 0 },
      idle: { limitMs: 20 * MINUTE, ranMs: 0 },
    };
    const row = taskRow({ deadlines });
    assert.equal(extendedText(row), 'echo may now run for 8 h in all.');
    assert.equal(extendedText(row, 'idle'), 'echo may now be without progress for 20 min.');
    assert.equal(extendedText(taskRow()), 'echo may run for as long as it takes.');
    assert.equal(extendedText(completedRow(0)), 'echo had ended before.');
    assert.match(extendedText(null), /^The broker does not know/);
  });
});
