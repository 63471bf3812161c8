import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { suite, test } from 'node:test';
import { LineWire } from '../../../../src/cli/connect/lineWire.ts';
import { turn } from '../../../support/fakeHost.ts';

function stage() {
  const input = new PassThrough();
  const writes: string[] = [];
  const output = new Writable({
    write(chunk, _encoding, done) {
      writes.push(chunk.toString());
      done();
    },
  });
  const lines: string[] = [];
  const wire = new LineWire({
    input,
    output,
    onLine: (line) => {
      lines.push(line);
      wire.send(line);
    },
    onChunk: () => {},
    onTooLong: () => lines.push('too long'),
  });
  return { input, writes, lines, wire };
}

suite('LineWire', () => {
  test('writes once for all lines of a chunk', async () => {
    const { input, writes } = stage();
    input.write('a\nb\nc\nd');
    await turn();
    assert.deepEqual(writes, ['a\nb\nc\n']);
  });

  test('gives back an unfinished line and reads no more', async () => {
    const { input, lines, wire } = stage();
    input.write('a\nrest');
    await turn();
    assert.equal(wire.takeRest().toString(), 'rest');
    input.write('b\n');
    await turn();
    assert.deepEqual(lines, ['a']);
  });

  test('skips a line above the limit to its end', async () => {
    const { input, lines } = stage();
    input.write('a\n');
    for (let megabytes = 0; megabytes < 66; megabytes += 1)
      input.write(Buffer.alloc(1024 * 1024, 'x'));
    input.write('tail\nb\n');
    await turn();
    assert.deepEqual(lines, ['a', 'too long', 'b']);
  });
});
