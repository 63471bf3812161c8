import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import {
  type Endpoint,
  readEndpoint,
  retractEndpoint,
  writeEndpoint,
} from '../../../src/brokerApi/endpointFile.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const endpoint: Endpoint = {
  mcpTaskHandles: 1,
  pid: 7,
  startTime: '12',
  socket: '/s',
  token: 'ab'.repeat(32),
  protocol: 1,
  version: '0.1.0',
  number: 3,
};

async function fileIn(t: TestContext): Promise<string> {
  return join(await temporaryFolder(t), 'endpoint.json');
}

suite('endpoint file', () => {
  test('what was written is read, and nothing else is left', async (t) => {
    const path = await fileIn(t);
    writeEndpoint(path, { ...endpoint, pid: 1 });
    writeEndpoint(path, endpoint);
    assert.deepEqual(readEndpoint(path), { endpoint });
    assert.deepEqual(readdirSync(dirname(path)), ['endpoint.json']);
  });

  test('no file is no reason', async (t) => {
    assert.deepEqual(readEndpoint(await fileIn(t)), {});
  });

  test('junk gives a reason and no endpoint', async (t) => {
    const path = await fileIn(t);
    const wrong = [
      { ...endpoint, mcpTaskHandles: 2 },
      { ...endpoint, pid: 'x' },
      { ...endpoint, pid: -1 },
      { ...endpoint, token: 'short' },
      { ...endpoint, socket: '' },
      { ...endpoint, protocol: null },
      { ...endpoint, version: 1 },
      null,
      [],
    ].map((value) => JSON.stringify(value));
    for (const text of [...wrong, '', '{', '\0\0', ' '.repeat(100_000)]) {
      writeFileSync(path, text, { mode: 0o600 });
      const reading = readEndpoint(path);
      assert.equal(reading.endpoint, undefined, text);
      assert.ok(reading.reason);
    }
  });

  test('P8 a file that is open to others is not believed', async (t) => {
    const path = await fileIn(t);
    writeEndpoint(path, endpoint);
    chmodSync(path, 0o644);
    assert.match(readEndpoint(path).reason ?? '', /open to other users/);
  });

  test('a link or a folder in its place is not followed', async (t) => {
    const path = await fileIn(t);
    const target = `${path}.target`;
    writeEndpoint(target, endpoint);
    symlinkSync(target, path);
    assert.equal(readEndpoint(path).endpoint, undefined);
    assert.equal(readEndpoint(dirname(path)).endpoint, undefined);
  });

  test('only our own is retracted', async (t) => {
    const path = await fileIn(t);
    writeEndpoint(path, endpoint);
    retractEndpoint(path, 'cd'.repeat(32));
    assert.ok(existsSync(path));
    retractEndpoint(path, endpoint.token);
    assert.equal(existsSync(path), false);
    retractEndpoint(path, endpoint.token);
  });
});
