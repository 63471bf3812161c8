import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { suite, test } from 'node:test';
import { LineReader } from '../../../src/common/lines.ts';
import type { RemoteWork } from '../../../src/registry/taskRecord.ts';
import { HttpChannelStage } from '../../support/httpChannelStage.ts';
import { LineInbox } from '../../support/lineInbox.ts';
import { waitFor } from '../../support/processes.ts';
import { RemoteEverything } from '../../support/remoteServer.ts';

const PROGRAM = 'test/fixtures/holdsRemoteCall.ts';

suite('P5 a call to server-everything whose process was killed', () => {
  test('is answered to a later channel, even one that asks while the call runs', async (t) => {
    const server = await RemoteEverything.start(t, 'streamableHttp');
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, server.url]);
    t.after(() => child.kill('SIGKILL'));
    const inbox = new LineInbox();
    const reader = new LineReader((line) => inbox.push(line));
    child.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
    const resume = JSON.parse(await inbox.next(() => true, 30_000)) as RemoteWork;
    child.kill('SIGKILL');
    const stage = await HttpChannelStage.open(t, server.url, { resume });
    const answer = await stage.lines.next((line) => line.includes('completed'), 40_000);
    assert.match(answer, /"id":7/);
    // The server tells them in a pipe of its own.
    await waitFor(() => server.posts >= 3, 30_000, 'what the server tells of its posts');
    assert.equal(server.posts, 3, 'P2 initialize, initialized and one call');
  });
});
