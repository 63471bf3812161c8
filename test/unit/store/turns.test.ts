import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { placeKeyOf } from '../../../src/store/homeFolders.ts';
import { Turns } from '../../../src/store/turns.ts';
import { settle } from '../../support/settle.ts';

suite('turns', () => {
  test('what has one key runs one after the other', async () => {
    const turns = new Turns();
    const steps: string[] = [];
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await settle();
      steps.push(`${name} ends`);
    };
    await Promise.all([turns.run('a', work('first')), turns.run('a', work('second'))]);
    assert.deepEqual(steps, ['first begins', 'first ends', 'second begins', 'second ends']);
  });

  test('a failure does not stop what comes after', async () => {
    const turns = new Turns();
    const failed = turns.run('a', () => Promise.reject(new Error('no')));
    const done = turns.run('a', async () => 'done');
    await assert.rejects(failed, /no/);
    assert.equal(await done, 'done');
  });

  test('different keys do not wait for each other', async () => {
    const turns = new Turns();
    const stuck = turns.run('a', () => new Promise(() => {}));
    assert.equal(await turns.run('b', async () => 'done'), 'done');
    assert.ok(stuck);
  });
});

suite('place keys', () => {
  test('a hash is its own name, no workspace is none', () => {
    assert.equal(placeKeyOf('abcdef0123456789'), 'abcdef0123456789');
    assert.equal(placeKeyOf(null), 'none');
  });

  test('every other identity becomes a safe name', () => {
    const identities = [
      'none',
      '/home/me/x',
      '../../etc',
      'ABCDEF0123456789',
      '',
      'con',
      'a'.repeat(999),
    ];
    const keys = identities.map(placeKeyOf);
    for (const key of keys) assert.match(key, /^w-[0-9a-f]{32}$/);
    assert.equal(new Set(keys).size, identities.length);
  });
});
