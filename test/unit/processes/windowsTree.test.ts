import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { WindowsTree } from '../../../src/processes/windowsTree.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** Stands for the system's tool: notes its arguments, and ends nobody who is not to be forced. */
const TASKKILL = `#!/bin/sh
echo "$*" >> "$0.log"
case "$*" in *"$ENDS"*) kill -9 "$2" ;; *) exit 128 ;; esac
`;

async function stage(t: TestContext, { ends }: { ends: string }) {
  const folder = await temporaryFolder(t);
  const program = join(folder, 'taskkill');
  await writeFile(program, TASKKILL);
  await chmod(program, 0o755);
  const { PATH, ENDS } = process.env;
  Object.assign(process.env, { PATH: `${folder}${delimiter}${PATH}`, ENDS: ends });
  t.after(() => Object.assign(process.env, { PATH, ENDS: ENDS ?? '' }));
  const child = spawn('sleep', ['300'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  const tree = new WindowsTree(child, pid);
  child.once('exit', () => void tree.upstreamExited());
  const asked = async () => (await readFile(`${program}.log`, 'utf8')).trim().split('\n');
  return { tree, pid, asked };
}

suite('a tree on Windows', () => {
  test('P6 is asked first, and forced when its grace is over', async (t) => {
    const { tree, pid, asked } = await stage(t, { ends: '/F' });
    const outcome = await tree.end(20);
    assert.deepEqual(await asked(), [`/PID ${pid} /T`, `/PID ${pid} /T /F`]);
    assert.deepEqual(outcome, {
      level: 'killed',
      ended: 1,
      memoryBytes: null,
      survivors: [],
      stuck: [],
    });
  });

  test('P6 is not forced when it ends by itself', async (t) => {
    const { tree, pid, asked } = await stage(t, { ends: '/T' });
    assert.equal((await tree.end(10_000)).level, 'terminated');
    assert.deepEqual(await asked(), [`/PID ${pid} /T`]);
    assert.equal((await tree.end(0)).level, 'none', 'nothing is left');
  });

  test('P6 without a grace it is forced at once', async (t) => {
    const { tree, pid, asked } = await stage(t, { ends: '/F' });
    assert.equal((await tree.end(0)).level, 'killed');
    assert.deepEqual(await asked(), [`/PID ${pid} /T /F`]);
  });
});
