import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { type AdminReading, readAdminPolicy } from '../../../src/brokerApi/adminPolicyFile.ts';
import { adminState } from '../../../src/doctor/adminState.ts';
import { AdminMachine } from '../../support/adminMachine.ts';

/** Any user who is not root; the test needs no name for it. */
const SOMEBODY = 54_321;

function reading(t: TestContext, change: (machine: AdminMachine) => void): AdminReading {
  const machine = new AdminMachine(t, { failOpen: false });
  change(machine);
  return readAdminPolicy(machine.file);
}

function fileInPlaceOf(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '', { mode: 0o644 });
}

function problemOf(found: AdminReading): string {
  return 'problem' in found ? found.problem : '';
}

suite('whom the policy file is believed', () => {
  test('P8 an administrator, when nobody else can write it', (t) => {
    const found = reading(t, () => {});
    assert.equal(found.kind, 'good');
    assert.equal(reading(t, ({ file }) => rmSync(file)).kind, 'absent');
    assert.equal(reading(t, ({ folder }) => rmSync(folder, { recursive: true })).kind, 'absent');
  });

  const written: [string, (machine: AdminMachine) => void, RegExp][] = [
    ['the group', ({ file }) => chmodSync(file, 0o664), /others than root can write to .*json/],
    ['everybody', ({ file }) => chmodSync(file, 0o666), /chmod go-w \S+policy\.json/],
    ['everybody in its folder', ({ folder }) => chmodSync(folder, 0o777), /chmod go-w/],
    ['everybody in its sticky folder', ({ folder }) => chmodSync(folder, 0o1777), /chmod go-w/],
    ['its owner', ({ file }) => chownSync(file, SOMEBODY, SOMEBODY), /does not belong to root/],
    ['its folder’s owner', ({ folder }) => chownSync(folder, SOMEBODY, 0), /belong to root/],
    ['a folder above', ({ folder }) => chmodSync(join(folder, '..'), 0o775), /chmod go-w/],
  ];
  for (const [who, change, words] of written) {
    test(`P8 not one that ${who} can write`, (t) => {
      const found = reading(t, change);
      assert.equal(found.kind, 'ignored');
      assert.match(problemOf(found), words);
      assert.match(problemOf(found), /^\S+policy\.json is ignored: [^\n]+\.$/);
    });
  }

  /** Puts the file elsewhere, and a link in its place. */
  function moved({ file, folder }: AdminMachine, owner: number): string {
    const elsewhere = join(folder, '..', 'elsewhere');
    mkdirSync(elsewhere);
    chmodSync(elsewhere, 0o755);
    renameSync(file, join(elsewhere, 'real.json'));
    symlinkSync(join(elsewhere, 'real.json'), file);
    chownSync(elsewhere, owner, owner);
    return elsewhere;
  }

  test('P8 a link of root’s is followed to where root alone writes', (t) => {
    assert.equal(reading(t, (machine) => void moved(machine, 0)).kind, 'good');
    const found = reading(t, (machine) => void moved(machine, SOMEBODY));
    assert.equal(found.kind, 'ignored');
    assert.match(problemOf(found), /elsewhere does not belong to root/);
  });

  test('P8 a link on the way that somebody else could turn is not', (t) => {
    const found = reading(t, (machine) => {
      const elsewhere = moved(machine, 0);
      const bridge = join(machine.folder, '..', 'bridge');
      mkdirSync(bridge);
      symlinkSync(elsewhere, join(bridge, 'to'));
      rmSync(machine.file);
      symlinkSync(join(bridge, 'to', 'real.json'), machine.file);
      chownSync(bridge, SOMEBODY, SOMEBODY);
    });
    assert.equal(found.kind, 'ignored');
    assert.match(problemOf(found), /bridge does not belong to root/);
  });

  /** Something else in the place of the file. */
  const instead = (put: (file: string) => unknown) => (machine: AdminMachine) => {
    machine.remove();
    put(machine.file);
  };
  const pipe = (file: string) => execFileSync('mkfifo', ['-m', '644', file]);

  const broken: [string, (machine: AdminMachine) => void, RegExp][] = [
    ['what is mere words', ({ file }) => writeFileSync(file, 'failOpen'), /it is no JSON object/],
    ['half a file', ({ file }) => writeFileSync(file, '{"failOpen"'), /it is no JSON object/],
    ['too much', ({ file }) => writeFileSync(file, ' '.repeat(300_000)), /larger than 256 KB/],
    ['a folder', instead(mkdirSync), /it is no file/],
    ['a pipe', instead(pipe), /it is no file/],
    ['a ring of links', instead((file) => symlinkSync(file, file)), /too many links/],
    ['a dead link', instead((file) => symlinkSync('gone', file)), /leads nowhere/],
    ['a file above it', ({ folder }) => fileInPlaceOf(folder), /cannot be followed/],
  ];
  for (const [what, change, words] of broken) {
    test(`${what} of an administrator’s cannot be followed, and is not nothing`, (t) => {
      const found = reading(t, change);
      assert.equal(found.kind, 'broken');
      assert.match(problemOf(found), words);
      assert.doesNotMatch(problemOf(found), /\n/);
    });
  }

  test('P13 doctor is told what is the matter with it, in one line each', (t) => {
    const machine = new AdminMachine(t, { failOpen: false });
    const all = () => adminState(machine.file);
    const found = () => all().filter(({ outcome }) => outcome !== 'intended');
    assert.deepEqual([all().length, found()], [1, []], 'what it locks is nothing wrong');
    machine.write({ colour: 1, size: 2 });
    assert.equal(found().length, 2);
    machine.write('{');
    assert.match(found()[0]?.what ?? '', /cannot be followed: it is no JSON object/);
    chmodSync(machine.file, 0o666);
    const [{ what, why, ...rest } = assert.fail('nothing found'), ...more] = found();
    assert.deepEqual([rest, more], [{ kind: 'admin_policy', outcome: 'cannot' }, []]);
    assert.match(what, /is ignored/);
    assert.doesNotMatch(`${what}${why}`, /\n/);
    machine.remove();
    assert.deepEqual(all(), []);
  });
});
