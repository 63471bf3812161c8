import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDefinition } from '../../../src/broker/wireDefinition.ts';

const GOOD = { command: 'a', args: ['b'], cwd: '/c', env: { D: 'e' } };

test('P8 a definition with a zero character is refused without a word of it', () => {
  assert.deepEqual(parseDefinition(GOOD), GOOD);
  for (const bad of [
    { command: 'secret\0' },
    { args: ['secret\0'] },
    { cwd: 'secret\0' },
    { env: { D: 'secret\0' } },
    { env: { 'secret\0': 'e' } },
  ]) {
    assert.throws(
      () => parseDefinition({ ...GOOD, ...bad }),
      (error: Error) => /zero character/.test(error.message) && !error.message.includes('secret'),
    );
  }
});
