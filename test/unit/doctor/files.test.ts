import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { ensureHome, resolveHome } from '../../../src/brokerApi/home.ts';
import { stageVersion } from '../../../src/brokerApi/versions.ts';
import { oldVersions } from '../../../src/doctor/oldVersions.ts';
import { temporaryFiles } from '../../../src/doctor/temporaryFiles.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const HOUR_MS = 3_600_000;
const TWO_MONTHS_MS = 60 * 24 * HOUR_MS;

async function home(t: TestContext) {
  const root = await temporaryFolder(t);
  const paths = resolveHome({ home: join(root, 'home') });
  ensureHome(paths);
  return { root, paths };
}

function age(path: string, ms: number): void {
  const then = new Date(Date.now() - ms);
  utimesSync(path, then, then);
}

function write(path: string, ageMs: number): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
  age(path, ageMs);
  return path;
}

suite('temporary files', () => {
  test('P13 what a dead writer left is told, and removed when asked', async (t) => {
    const { paths } = await home(t);
    const old = [
      write(join(paths.root, 'endpoint.json.123.tmp'), 2 * HOUR_MS),
      write(join(paths.records, 'none', 'results', 'th_x.result.json.tmp'), 2 * HOUR_MS),
    ];
    const kept = [
      write(join(paths.records, 'none', 'handles.db.tmp'), 0),
      write(join(paths.records, 'none', 'handles.db'), 2 * HOUR_MS),
    ];
    const told = await temporaryFiles({ paths, mend: false });
    assert.deepEqual(told.map(({ what, outcome }) => [what, outcome]).sort(), [
      [old[0], 'left'],
      [old[1], 'left'],
    ]);
    assert.ok(old.every(existsSync));
    const mended = await temporaryFiles({ paths, mend: true });
    assert.deepEqual(
      mended.map(({ outcome }) => outcome),
      ['mended', 'mended'],
    );
    assert.ok(!old.some(existsSync) && kept.every(existsSync));
    assert.deepEqual(await temporaryFiles({ paths, mend: false }), []);
  });

  test('a home that is not there has none', async (t) => {
    const paths = resolveHome({ home: join(await temporaryFolder(t), 'nowhere') });
    assert.deepEqual(await temporaryFiles({ paths, mend: true }), []);
  });
});

suite('old versions', () => {
  function copy(versions: string, name: string, ageMs: number): string {
    const folder = join(versions, name);
    write(join(folder, 'broker.js'), ageMs);
    age(folder, ageMs);
    return folder;
  }

  test('P13 go when nobody asks for them, and nothing runs from them or names them', async (t) => {
    const { paths } = await home(t);
    const { versions, bin } = paths;
    const old = copy(versions, '0.0.1-a', TWO_MONTHS_MS);
    const note = join(versions, '.staged-old');
    writeFileSync(note, old);
    age(note, TWO_MONTHS_MS);
    const run = copy(versions, '0.0.2-b', TWO_MONTHS_MS);
    const launched = copy(versions, '0.0.3-c', TWO_MONTHS_MS);
    const newest = copy(versions, '0.0.4-d', TWO_MONTHS_MS - 1);
    const recent = copy(versions, '0.0.5-e', HOUR_MS);
    writeFileSync(join(bin, 'mcp-task-handles'), `exec node '${launched}/cli.js'`);
    const idle = 'process.stdin.resume(); console.log(1)';
    const runner = spawn(process.execPath, ['-e', idle, join(run, 'cli.js')]);
    t.after(() => runner.kill('SIGKILL'));
    await once(runner.stdout, 'data');
    const told = await oldVersions({ paths, mend: false });
    assert.deepEqual(
      told.map(({ kind, outcome }) => [kind, outcome]),
      [
        ['old_version', 'left'],
        ['old_version', 'left'],
      ],
    );
    const mended = await oldVersions({ paths, mend: true });
    assert.deepEqual(
      mended.map(({ outcome }) => outcome),
      ['mended', 'mended'],
    );
    assert.ok(!existsSync(old) && !existsSync(note) && !existsSync(newest));
    assert.ok(existsSync(run) && existsSync(launched) && existsSync(recent));
  });

  test('the last one stays whatever its age, and asking for one keeps it', async (t) => {
    const { root, paths } = await home(t);
    const dist = join(root, 'dist');
    write(join(dist, 'broker.js'), 0);
    const staged = stageVersion(paths, dist);
    for (const path of [staged, join(staged, 'broker.js')]) age(path, TWO_MONTHS_MS);
    assert.deepEqual(await oldVersions({ paths, mend: true }), []);
    const other = copy(paths.versions, '9-newer', TWO_MONTHS_MS - 1);
    assert.equal(stageVersion(paths, dist), staged);
    await oldVersions({ paths, mend: true });
    assert.ok(existsSync(staged));
    assert.ok(!existsSync(other));
  });
});
