import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDefinition, parsePolicy } from '../../../src/broker/wireDefinition.ts';

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

test('a policy value that cannot be meant is left out with a line', () => {
  const { policy, problems } = parsePolicy({ policy: 'always', ttlMs: 'soon' });
  assert.deepEqual(policy, { policy: 'always' });
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^"ttlMs" must be a number/);
});

test('a policy of the wrong shape is refused', () => {
  assert.throws(() => parsePolicy([]), /`policy` that is not an object/);
  assert.throws(() => parsePolicy({ tools: { a: 1 } }), /`tools` that are not objects/);
});
