import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { suite, test } from 'node:test';

const PROGRAM = join(import.meta.dirname, '../../../scripts/fuzz.mjs');

function fuzz(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, text: `${stdout}${stderr}` });
    });
  });
}

suite('fuzz', () => {
  /** Seeds that have found something once. */
  for (const seed of ['2']) {
    test(`mutated messages on every front and from servers break nothing, seed ${seed}`, async () => {
      const { code, text } = await fuzz('--messages', '200', '--seed', seed);
      assert.equal(code, 0, text);
      assert.match(text, /fuzz: 200 messages on each of 5 fronts, seed \d+, 0 faults/);
    });
  }
});
