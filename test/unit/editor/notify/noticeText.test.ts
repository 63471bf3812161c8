import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { noticeKey, noticeText } from '../../../../src/editor/notify/noticeText.ts';

const notice = (message: string, time = '2026-11-23T10:00:00.000Z') => ({
  time,
  level: 'warn' as const,
  message,
});

suite('notice text', () => {
  test('is the message as it is, without links or lines', () => {
    assert.equal(noticeText([notice('a [b](command:c)\nd')]), 'a (b)(command:c) d');
  });

  test('tells the newest of several, and that there are others', () => {
    const text = noticeText([notice('one'), notice('two'), notice('three')]);
    assert.equal(text, 'three (2 more in the log)');
    assert.equal(noticeText([]), undefined);
  });

  test('knows a notice that is repeated', () => {
    assert.equal(noticeKey(notice('a')), noticeKey(notice('a')));
    assert.notEqual(noticeKey(notice('a')), noticeKey(notice('a', '2026-11-23T11:00:00.000Z')));
  });
});
