import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { launcherName, launcherText } from '../../../../src/editor/terminal/launcherText.ts';

const options = {
  platform: 'linux' as const,
  runtime: process.execPath,
  isElectron: false,
  program: '/p/cli.js',
  home: '/h',
};

suite('launcher text', () => {
  test('runs the program with home and arguments', (t) => {
    const folder = mkdtempSync(join(tmpdir(), "launcher it's "));
    t.after(() => rmSync(folder, { recursive: true }));
    const program = join(folder, 'cli.js');
    writeFileSync(
      program,
      'process.stdout.write(JSON.stringify([process.env.MCP_TASK_HANDLES_HOME, ...process.argv.slice(2)]))',
    );
    const launcher = join(folder, 'launcher');
    writeFileSync(launcher, launcherText({ ...options, program, home: folder }));
    chmodSync(launcher, 0o700);
    const run = (env: NodeJS.ProcessEnv) =>
      JSON.parse(execFileSync(launcher, ['list', 'a b'], { env, encoding: 'utf8' }));
    assert.deepEqual(run({}), [folder, 'list', 'a b']);
    assert.deepEqual(run({ MCP_TASK_HANDLES_HOME: '/mine' }), ['/mine', 'list', 'a b']);
  });

  test('makes a Node of an Electron', () => {
    assert.match(launcherText({ ...options, isElectron: true }), /^ELECTRON_RUN_AS_NODE=1 exec/m);
    assert.doesNotMatch(launcherText(options), /ELECTRON/);
  });

  test('speaks the language of Windows', () => {
    const windows = { ...options, platform: 'win32' as const, program: 'C:\\100%\\cli.js' };
    assert.equal(launcherName('win32'), 'mcp-task-handles.cmd');
    assert.match(launcherText(windows), /"C:\\100%%\\cli\.js" %\*\r\n/);
  });
});
