import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { ensureHome, type HomePaths, resolveHome } from '../../../src/brokerApi/home.ts';
import { stageVersion } from '../../../src/brokerApi/versions.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { VERSION } from '../../../src/common/product.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

async function stage(t: TestContext): Promise<{ paths: HomePaths; dist: string }> {
  const folder = await temporaryFolder(t);
  const paths = resolveHome({ home: join(folder, 'home') });
  ensureHome(paths);
  const dist = join(folder, 'dist');
  mkdirSync(dist);
  const editors = ['extension.js', 'commands.js'];
  for (const name of ['broker.js', 'cli.js', 'sample.js', 'broker.js.map', ...editors]) {
    writeFileSync(join(dist, name), `// ${name}`);
  }
  return { paths, dist };
}

const isStartFailure = (error: unknown) => TaskHandlesError.is(error, 'broker_start_failed');

suite('versions', () => {
  test('programs are copied under version and contents', async (t) => {
    const { paths, dist } = await stage(t);
    const folder = stageVersion(paths, dist);
    assert.match(folder, new RegExp(`versions/${VERSION.replaceAll('.', '\\.')}-[0-9a-f]{12}$`));
    assert.deepEqual(readdirSync(folder).sort(), ['broker.js', 'cli.js', 'sample.js']);
    assert.equal(readFileSync(join(folder, 'broker.js'), 'utf8'), '// broker.js');
  });

  test('staging again, also from another folder, gives the same', async (t) => {
    const { paths, dist } = await stage(t);
    const folder = stageVersion(paths, dist);
    assert.equal(stageVersion(paths, dist), folder);
    assert.equal(stageVersion(paths, folder), folder);
    const twin = join(dirname(dist), 'twin');
    mkdirSync(twin);
    for (const name of readdirSync(dist)) {
      writeFileSync(join(twin, name), readFileSync(join(dist, name)));
    }
    assert.equal(stageVersion(paths, twin), folder);
  });

  test('other contents of equal size get a folder of their own', async (t) => {
    const { paths, dist } = await stage(t);
    const folder = stageVersion(paths, dist);
    writeFileSync(join(dist, 'broker.js'), '// BROKER.JS');
    utimesSync(join(dist, 'broker.js'), 1, 1);
    const next = stageVersion(paths, dist);
    assert.notEqual(next, folder);
    assert.equal(readFileSync(join(next, 'broker.js'), 'utf8'), '// BROKER.JS');
    assert.equal(readFileSync(join(folder, 'broker.js'), 'utf8'), '// broker.js');
  });

  test('a staged folder that vanished is made anew', async (t) => {
    const { paths, dist } = await stage(t);
    const folder = stageVersion(paths, dist);
    rmSync(folder, { recursive: true });
    assert.equal(stageVersion(paths, dist), folder);
    assert.equal(readdirSync(folder).length, 3);
  });

  test('a dist without a broker, or a full home, is named', async (t) => {
    const { paths, dist } = await stage(t);
    rmSync(paths.versions, { recursive: true });
    writeFileSync(paths.versions, '');
    assert.throws(() => stageVersion(paths, dist), isStartFailure);
    rmSync(join(dist, 'broker.js'));
    assert.throws(() => stageVersion(paths, dist), isStartFailure);
  });
});
