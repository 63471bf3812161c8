import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { ensureHome, resolveHome } from '../../../src/brokerApi/home.ts';
import { homeState } from '../../../src/doctor/homeState.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const isPosix = process.platform !== 'win32';

async function emptyHome(t: TestContext) {
  return resolveHome({ home: join(await temporaryFolder(t), 'home') });
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

suite('the state of a home', () => {
  test('P8 one that is this user’s alone, or not there, has nothing wrong', async (t) => {
    const paths = await emptyHome(t);
    assert.deepEqual(await homeState({ paths, mend: false }), []);
    ensureHome(paths);
    assert.deepEqual(await homeState({ paths, mend: false }), []);
  });

  if (isPosix) {
    test('P8 one that is open to others is told, and closed when asked', async (t) => {
      const paths = await emptyHome(t);
      ensureHome(paths);
      writeFileSync(paths.httpToken, 'x', { mode: 0o644 });
      chmodSync(paths.root, 0o755);
      const told = await homeState({ paths, mend: false });
      assert.deepEqual(
        told.map(({ kind, outcome }) => [kind, outcome]),
        [
          ['home', 'left'],
          ['home', 'left'],
        ],
      );
      assert.deepEqual([modeOf(paths.root), modeOf(paths.httpToken)], [0o755, 0o644]);
      const mended = await homeState({ paths, mend: true });
      assert.deepEqual(
        mended.map(({ outcome }) => outcome),
        ['mended', 'mended'],
      );
      assert.deepEqual([modeOf(paths.root), modeOf(paths.httpToken)], [0o700, 0o600]);
      assert.deepEqual(await homeState({ paths, mend: false }), []);
    });

    test('a folder with other things in it is never closed', async (t) => {
      const paths = resolveHome({ home: await temporaryFolder(t) });
      mkdirSync(join(paths.root, 'photos'));
      chmodSync(paths.root, 0o755);
      assert.deepEqual(await homeState({ paths, mend: true }), []);
      chmodSync(paths.root, 0o777);
      const [finding] = await homeState({ paths, mend: true });
      assert.equal(finding?.outcome, 'cannot');
      assert.equal(modeOf(paths.root), 0o777);
    });
  }

  test('a file in its place is for a person to deal with', async (t) => {
    const paths = await emptyHome(t);
    writeFileSync(paths.root, '');
    const [finding] = await homeState({ paths, mend: true });
    assert.equal(finding?.outcome, 'cannot');
    assert.match(finding?.why ?? '', /no folder; name another/);
  });
});
