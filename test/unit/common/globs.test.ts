import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { mayMatchBelow } from '../../../src/common/globs.ts';

suite('globs below a beginning', () => {
  for (const [glob, mayMatch] of [
    ['build/deploy', true],
    ['build/*', true],
    ['*/deploy', true],
    ['*', true],
    ['bu*', true],
    ['b?ild/x', true],
    ['other/*', false],
    ['build', false],
    ['*x/deploy', true],
    ['?/deploy', false],
    ['', false],
  ] as const) {
    test(`${glob || 'an empty one'} ${mayMatch ? 'fits' : 'fits nothing'} below build/`, () => {
      assert.equal(mayMatchBelow(glob, 'build/'), mayMatch);
    });
  }
});
