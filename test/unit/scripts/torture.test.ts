import assert from 'node:assert/strict';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { isMutation, MUTATIONS, mutated } from '../../../scripts/torture/buildBroker.ts';
import { baselineOf, cutPower, readSynced } from '../../../scripts/torture/powerCut.ts';
import { Random } from '../../../scripts/torture/random.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const ROOT = join(import.meta.dirname, '../../..');

suite('torture: its parts', () => {
  test('a seed gives the same numbers each time, another seed others', () => {
    const numbers = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.between(0, 1_000));
    };
    assert.deepEqual(numbers(1), numbers(1));
    assert.notDeepEqual(numbers(1), numbers(2));
    assert.ok(numbers(3).every((number) => number >= 0 && number <= 1_000));
  });

  for (const name of Object.keys(MUTATIONS)) {
    test(`the mutation ${name} still changes the source`, () => {
      assert.ok(isMutation(name));
      const source = readFileSync(join(ROOT, MUTATIONS[name].file), 'utf8');
      assert.notEqual(mutated(name, source), source);
    });
  }

  test('a power cut keeps what was synced, and nothing else', async (t) => {
    const folder = join(await temporaryFolder(t), 'watched');
    const kept = join(folder, '../kept');
    for (const made of [folder, kept]) mkdirSync(made);
    const path = (name: string) => join(folder, name);
    writeFileSync(path('grown'), 'synced');
    writeFileSync(path('replaced'), 'old');
    writeFileSync(path('removed'), 'still here');
    const synced = readSynced(`${baselineOf([folder])}{"op":"sync","ino":`);
    appendFileSync(path('grown'), ' and not synced');
    for (const name of ['replaced', 'removed']) {
      linkSync(path(name), join(kept, String(statSync(path(name)).ino)));
    }
    writeFileSync(path('new'), 'new');
    renameSync(path('new'), path('replaced'));
    rmSync(path('removed'));
    writeFileSync(path('unknown'), 'never synced');
    cutPower([folder], synced, kept);
    const left = ['grown', 'replaced', 'removed'].map((name) => readFileSync(path(name), 'utf8'));
    assert.deepEqual(left, ['synced', 'old', 'still here']);
    assert.throws(() => statSync(path('unknown')));
  });
});
