import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { suite, test } from 'node:test';
import { LineWriter } from '../../../src/common/lineWriter.ts';

suite('line writer', () => {
  test('a burst goes out in one piece', async () => {
    const { pipe, written } = recordingPipe();
    const writer = new LineWriter(pipe);
    for (const line of ['a', 'b', 'c']) assert.equal(writer.write(line), true);
    await Promise.resolve().then(() => writer.write('d'));
    await nextTick();
    assert.deepEqual(written, ['a\nb\nc\nd\n']);
    writer.write('e');
    await nextTick();
    assert.deepEqual(written, ['a\nb\nc\nd\n', 'e\n']);
  });

  test('a long line waits for nothing', () => {
    const { pipe, written } = recordingPipe();
    new LineWriter(pipe).write('x'.repeat(100_000));
    assert.equal(written[0]?.length, 100_001);
  });

  test('the end waits for what was written', async () => {
    const { pipe, written } = recordingPipe();
    const writer = new LineWriter(pipe);
    writer.write('a');
    writer.write('b');
    writer.end();
    writer.end();
    await nextTick();
    assert.deepEqual(written, ['a\nb\n']);
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
    const line = 'x'.repeat(100_000);
    assert.equal(writer.write(line), false);
    assert.equal(writer.write('more'), false);
    await nextTick();
    assert.deepEqual(written, [`${line}\n`, 'more\n']);
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
