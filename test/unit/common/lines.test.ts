import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LineReader } from '../../../src/common/lines.ts';

const TEXT = 'first\n\nzwei ä 😀\r\n{"a":"b"}\n  \nlast without end';
const LINES = ['first', 'zwei ä 😀', '{"a":"b"}', '  '];

function linesOf(chunks: readonly Buffer[]): { lines: string[]; rest: string } {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  for (const chunk of chunks) reader.push(chunk);
  return { lines, rest: reader.takeRest().toString('utf8') };
}

suite('line reader', () => {
  test('gives whole lines and leaves out empty ones', () => {
    assert.deepEqual(linesOf([Buffer.from(TEXT)]), { lines: LINES, rest: 'last without end' });
  });

  test('gives the same wherever the bytes are cut, also within a character', () => {
    const bytes = Buffer.from(TEXT);
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 3) {
        const cut = [
          bytes.subarray(0, first),
          bytes.subarray(first, second),
          bytes.subarray(second),
        ];
        const expected = { lines: LINES, rest: 'last without end' };
        assert.deepEqual(linesOf(cut), expected, `cut at ${first} and ${second}`);
      }
    }
  });

  test('gives the same byte by byte', () => {
    const bytes = [...Buffer.from(TEXT)].map((byte) => Buffer.of(byte));
    assert.deepEqual(linesOf(bytes).lines, LINES);
  });

  test('gives a line that comes in many pieces', () => {
    const piece = Buffer.alloc(1000, 'x');
    const { lines } = linesOf([...Array.from({ length: 50 }, () => piece), Buffer.from('\ny\n')]);
    assert.deepEqual(
      lines.map((line) => line.length),
      [50_000, 1],
    );
  });

  test('refuses a line without end', () => {
    const reader = new LineReader(() => {}, 100);
    reader.push(Buffer.alloc(100, 'x'));
    assert.throws(() => reader.push(Buffer.alloc(1, 'x')), /longer than 100 bytes/);
  });
});
