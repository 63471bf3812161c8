import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import {
  forgetPanic,
  type PanicJournal,
  readPanics,
  writePanic,
} from '../../../src/brokerApi/panicJournal.ts';
import { forgetInstance, ProcessLedger, readLedger } from '../../../src/brokerApi/processLedger.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const PROCESS = { pid: 4711, startTime: '12', bootId: 'b', route: 'build' };
const TREE = { owner: '1-ab:u1', ...PROCESS };

suite('the ledger of processes', () => {
  test('P7 tells what each broker has started and not seen end, to this user alone', async (t) => {
    const folder = join(await temporaryFolder(t), 'processes');
    assert.deepEqual(readLedger(folder), []);
    const ledger = new ProcessLedger(folder, '1-ab');
    ledger.add('u1-4711', { id: 'u1', ...PROCESS });
    ledger.add('u2-4712', { id: 'u2', ...PROCESS, pid: 4712 });
    const path = join(folder, '1-ab', 'u1-4711.json');
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
    ledger.remove('u2-4712');
    assert.deepEqual(readLedger(folder), [{ instance: '1-ab', trees: [TREE] }]);
    ledger.remove('u1-4711');
    assert.deepEqual(readLedger(folder), [{ instance: '1-ab', trees: [] }]);
    forgetInstance(folder, '1-ab');
    assert.deepEqual(readdirSync(folder), []);
  });

  test('P13 goes with its broker, unless something has outlived that', async (t) => {
    const folder = join(await temporaryFolder(t), 'processes');
    const ledger = new ProcessLedger(folder, '1-ab');
    ledger.add('u1-4711', { id: 'u1', ...PROCESS });
    ledger.close();
    assert.deepEqual(readLedger(folder), [{ instance: '1-ab', trees: [TREE] }]);
    ledger.remove('u1-4711');
    ledger.close();
    assert.deepEqual(readdirSync(folder), []);
    ledger.close();
  });

  test('leaves out what is not well-formed', async (t) => {
    const folder = await temporaryFolder(t);
    mkdirSync(join(folder, '1-ab'));
    const junk = ['', '{', '[]', '{"pid":1}', JSON.stringify({ ...TREE, pid: 1 })];
    for (const [at, text] of junk.entries()) {
      writeFileSync(join(folder, '1-ab', `u${at}.json`), text, { mode: 0o600 });
    }
    writeFileSync(join(folder, 'stray'), '');
    assert.deepEqual(
      readLedger(folder).flatMap(({ trees }) => trees),
      [],
      'never pid 1, which is everybody',
    );
    forgetInstance(folder, '../other');
    assert.equal(readdirSync(folder).length, 2);
  });
});

suite('the journal of a panic', () => {
  test('P7 is kept until it is merged', async (t) => {
    const folder = join(await temporaryFolder(t), 'panics');
    assert.deepEqual(readPanics(folder), []);
    const at = '2026-01-02T03:04:05.000Z';
    const journal: PanicJournal = { refusalId: 'abcd1234', at, trees: [TREE], survivors: null };
    await writePanic(folder, journal);
    await writePanic(folder, { ...journal, survivors: [5] });
    const [panic, ...more] = readPanics(folder);
    assert.deepEqual([panic?.journal, more], [{ ...journal, survivors: [5] }, []]);
    assert.ok(panic);
    await forgetPanic(panic);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('that cannot be read is kept aside, and merged by nobody', async (t) => {
    const folder = await temporaryFolder(t);
    writeFileSync(join(folder, 'abcd1234.json'), '{"version":1,"trees":', { mode: 0o600 });
    const [panic] = readPanics(folder);
    assert.equal(panic?.journal, null);
    assert.ok(panic);
    await forgetPanic(panic);
    assert.deepEqual(readPanics(folder), []);
    assert.match(readdirSync(folder).join(), /^abcd1234\.json\.bad-\d+$/);
  });
});
