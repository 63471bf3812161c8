import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isHandleId, newHandleId } from '../../../src/registry/handleId.ts';

suite('handle ids', () => {
  test('P8 fresh handles are distinct and well formed', () => {
    const handles = Array.from({ length: 1_000 }, () => newHandleId());
    assert.equal(new Set(handles).size, 1_000);
    for (const handle of handles) assert.ok(isHandleId(handle), handle);
  });

  test('every one of the 26 places varies', () => {
    const handles = Array.from({ length: 500 }, () => newHandleId());
    for (let place = 3; place < 29; place++) {
      assert.ok(new Set(handles.map((handle) => handle[place])).size > 1, `place ${place}`);
    }
  });

  for (const text of [
    undefined,
    null,
    7,
    {},
    '',
    'th_',
    `th_${'a'.repeat(25)}`,
    `th_${'a'.repeat(27)}`,
    `th_${'A'.repeat(26)}`,
    `th_${'1'.repeat(26)}`,
    `tk_${'a'.repeat(26)}`,
    `th_${'a'.repeat(26)}\n`,
  ]) {
    test(`refuses ${JSON.stringify(text)} as a handle`, () => {
      assert.equal(isHandleId(text), false);
    });
  }
});
