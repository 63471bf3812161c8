import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { suite, test } from 'node:test';
import { LineWriter } from '../../../src/processes/lineWriter.ts';

suite('line writer', () => {
  test('a burst goes out as its first line and the rest', async () => {
    const { pipe, written } = recordingPipe();
    const writer = new LineWriter(pipe);
    for (const line of ['a', 'b', 'c']) assert.equal(writer.write(line), true);
    assert.deepEqual(written, ['a\n']);
    await nextTick();
    assert.deepEqual(written, ['a\n', 'b\nc\n']);
    writer.write('d');
    assert.deepEqual(written, ['a\n', 'b\nc\n', 'd\n']);
  });

  test('the end waits for what was written', async () => {
    const { pipe, written } = recordingPipe();
    const writer = new LineWriter(pipe);
    writer.write('a');
    writer.write('b');
    writer.end();
    writer.end();
    await nextTick();
    assert.deepEqual(written, ['a\n', 'b\n']);
    assert.equal(writer.write('c'), false);
  });

  test('a broken pipe is no error but a refusal', async () => {
    const pipe = new Writable({
      write: (_chunk, _encoding, done) => done(new Error('EPIPE')),
    });
    const writer = new LineWriter(pipe);
    writer.write('a');
    writer.write('b');
    await nextTick();
    assert.equal(writer.write('c'), false);
  });

  test('a full pipe is told and loses nothing', async () => {
    const { pipe, written } = recordingPipe(4);
    const writer = new LineWriter(pipe);
    assert.equal(writer.write('longer than that'), false);
    assert.equal(writer.write('more'), false);
    await nextTick();
    assert.equal(written.join(''), 'longer than that\nmore\n');
  });
});

function recordingPipe(highWaterMark = 1024) {
  const written: string[] = [];
  const pipe = new Writable({
    highWaterMark,
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(chunk);
      setImmediate(done);
    },
    writev(chunks, done) {
      for (const { chunk } of chunks) written.push(chunk);
      setImmediate(done);
    },
  });
  return { pipe, written };
}

async function nextTick(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
