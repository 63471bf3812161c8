import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { JsonObject } from '../../../src/common/json.ts';
import { CLI, EVERYTHING, temporaryHome } from '../../support/connectClient.ts';
import { fixturePath } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { answerEverything, tourEverything } from './everythingTour.ts';
import { RecordingHost } from './recordingHost.ts';
import { rewritten, withoutChance, withoutOurs, withServerIds } from './rewrites.ts';
import { sentToServer } from './serverSide.ts';
import { overStdio } from './stdioChannel.ts';

interface Recording {
  readonly received: JsonObject[];
  /** What came to the server. */
  readonly sent: JsonObject[];
}

async function record(t: TestContext, front: readonly string[]): Promise<Recording> {
  const file = join(await temporaryFolder(t), 'traffic');
  const server = [process.execPath, EVERYTHING, 'stdio'];
  const tapped = [process.execPath, fixturePath('transparency/tap.mjs'), file, ...server];
  const host = await RecordingHost.open(t, overStdio([...front, ...tapped]), answerEverything);
  await tourEverything(host);
  await host.close();
  return { received: withServerIds(host.received.map(withoutChance)), sent: sentToServer(file) };
}

/** Names the first message that differs, instead of printing both recordings. */
function assertSame(through: readonly JsonObject[], direct: readonly JsonObject[]): void {
  for (const [index, message] of direct.entries()) {
    assert.deepEqual(through[index], message, `message ${index}`);
  }
  assert.deepEqual(through.slice(direct.length), []);
}

suite('P12 transparency', () => {
  test('over stdio the host gets what it gets without us, message for message', async (t) => {
    const home = temporaryHome(t);
    const front = [process.execPath, CLI, 'connect', '--route', 'e', '--home', home, '--'];
    const [direct, through] = await Promise.all([record(t, []), record(t, front)]);
    assert.ok(direct.received.length > 75, 'the tour is a long one');
    assertSame(through.received.map(withoutOurs), direct.received.map(rewritten));
    assertSame(through.sent, direct.sent);
  });
});
