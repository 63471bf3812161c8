import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { JsonObject } from '../../../src/common/json.ts';
import { CLI, EVERYTHING, temporaryHome } from '../../support/connectClient.ts';
import { fixturePath } from '../../support/processes.ts';
import { RemoteEverything } from '../../support/remoteServer.ts';
import { ServeHome } from '../../support/serveProgram.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { answerEverything, tourEverything } from './everythingTour.ts';
import { overHttp } from './httpChannel.ts';
import { type OpenChannel, RecordingHost } from './recordingHost.ts';
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

const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);

/**
 * HTTP has a stream per request: only within one is there an order. A request that the server's event
 * store tells twice, under its id, is one.
 */
function unordered(messages: readonly JsonObject[]): string[] {
  const isFirst = ({ id, method }: JsonObject, index: number) =>
    id === undefined ||
    messages.findIndex((other) => other.id === id && other.method === method) === index;
  return messages
    .filter(isFirst)
    .filter(({ method }) => method !== 'notifications/tools/list_changed')
    .map(({ id, ...rest }) => ({ ...rest, ...(rest.method === undefined && { id }) }))
    .map((message) => JSON.stringify(Object.entries(message).sort(byKey)))
    .sort();
}

async function tour(t: TestContext, channel: OpenChannel): Promise<JsonObject[]> {
  const host = await RecordingHost.open(t, channel, answerEverything);
  await tourEverything(host);
  await host.close();
  return host.received.map(withoutChance);
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

  test('over our HTTP front the host gets what it gets over stdio without us', async (t) => {
    const server = [process.execPath, EVERYTHING, 'stdio'];
    const served = await new ServeHome(t).serve(server);
    const direct = await tour(t, overStdio(server));
    const through = await tour(t, overHttp(served.url, served.headers));
    assert.deepEqual(unordered(through.map(withoutOurs)), unordered(direct.map(rewritten)));
  });

  test('before a remote server the host gets what it gets from it without us', async (t) => {
    const { url } = await RemoteEverything.start(t, 'streamableHttp');
    const front = ['connect', '--route', 'e', '--home', temporaryHome(t), '--url', url];
    const direct = await tour(t, overHttp(url));
    const through = await tour(t, overStdio([process.execPath, CLI, ...front]));
    assert.deepEqual(unordered(through.map(withoutOurs)), unordered(direct.map(rewritten)));
  });
});
