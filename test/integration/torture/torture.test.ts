import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const PROGRAM = join(import.meta.dirname, '../../../scripts/torture.mjs');

function torture(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

suite('torture', () => {
  test('P1 P2 P3 P5 P8 P13 a short one finds nothing', async () => {
    const { code, text } = await torture('--kills', '40', '--seed', '1');
    assert.equal(code, 0, text);
    assert.match(
      text,
      /torture: 40 kills .*, \d+ handles, 0 lost, 0 lies, 0 double executions, 0 ghosts, audit whole/,
    );
  });

  test('P6 P7 whatever a tree is made of, a revocation leaves nothing of it', async () => {
    const { code, text } = await torture('--scenario', 'revoke', '--rounds', '10', '--untimed');
    assert.equal(code, 0, text);
    assert.match(text, /torture: 10 revocations of trees .*, 0 survivors; seed 1;/);
  });

  test('odd options are one line', async () => {
    for (const args of [
      ['--kills', '0'],
      ['--seed', 'x'],
      ['--mutate', 'nothing'],
      ['--scenario', 'peace'],
      ['--scenario', 'revoke', '--rounds', '0'],
    ]) {
      const { code, text } = await torture(...args);
      assert.equal(code, 2);
      assert.match(text, /^--\w+ takes [^\n]+\n$/);
    }
  });
});
