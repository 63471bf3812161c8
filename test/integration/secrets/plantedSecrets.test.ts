import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { neverAnswers } from '../../fixtures/mcp/remote/neverAnswers.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  type ConnectedClient,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
} from '../../support/connectClient.ts';
import { lookAgain } from '../../support/lookAgain.ts';
import { serveHttp } from '../../support/remoteServer.ts';

const TELLING = fixtureServer('tellsItsSecrets.mjs');
const AT_ONCE = ['--policy', 'always'];

/** Each place has its own, so that a failure names it. */
const planted = (place: string) => `hunter2-${place}`;
const SECRET = /hunter2-[a-z]+/g;

/** Which secrets lie in a folder, and in which files. */
function foundIn(folder: string): string[] {
  return lookAgain(() => secretsIn(folder));
}

function secretsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes('/versions/'))
    .flatMap((path) => {
      const secrets = readFileSync(path, 'latin1').match(SECRET) ?? [];
      return [...new Set(secrets)].map((secret) => `${secret} in ${path.slice(folder.length)}`);
    });
}

interface Call {
  readonly name: string;
  readonly arguments?: Record<string, unknown>;
  readonly _meta?: Record<string, unknown>;
}

async function task({ client }: ConnectedClient, call: Call): Promise<string> {
  const answer = await client.callTool({ arguments: {}, ...call });
  return handleOf(answer as Parameters<typeof handleOf>[0]);
}

/** All that people can be shown of the home. */
async function shown(home: string, handles: readonly string[]): Promise<string> {
  const views = handles.map((handle) => runCli(['status', handle, '--home', home]));
  const lists = [
    ['list', '--all'],
    ['list', '--all', '--json'],
    ['audit', '--json'],
  ];
  const rest = lists.map((line) => runCli([...line, '--home', home]));
  const outcomes = await Promise.all([...views, ...rest]);
  return outcomes.map(({ stdout, stderr }) => stdout + stderr).join('\n');
}

/** Clients go before their broker: they would start it again. */
async function stopBroker(home: string, { client }: ConnectedClient): Promise<void> {
  await client.close();
  await runCli(['broker', 'stop', '--home', home]);
}

suite('planted secrets', () => {
  test('P8 arguments, keys, command lines and environments are in no file of the home', async (t) => {
    const home = temporaryHome(t);
    const server = [...TELLING, `--key=${planted('commandline')}`];
    const flags = [...AT_ONCE, '--redact-key', 'customer'];
    const env = { 'odd-name': planted('oddenv'), PLAIN: planted('plainenv') };
    const host = await connectClient({ home, server, flags, env });
    const calls: Call[] = [
      { name: 'run', arguments: { password: planted('password') } },
      { name: 'run', arguments: { n: 1, deep: { any: [planted('deep')] } } },
      { name: 'run', arguments: { command: `deploy --token ${planted('option')}` } },
      { name: 'run', arguments: { command: `x API_KEY=${planted('assigned')}` } },
      { name: 'run', arguments: { url: `https://me:${planted('userinfo')}@host/` } },
      { name: 'run', arguments: { url: `https://host/?access_token=${planted('query')}` } },
      { name: 'run', arguments: { customer: planted('named'), n: 1 } },
      { name: 'run', arguments: { command: `bill --customer ${planted('namedoption')}` } },
      {
        name: 'run',
        _meta: {
          'mcp-task-handles/idempotencyKey': planted('idempotency'),
          other: planted('meta'),
        },
      },
    ];
    const handles: string[] = [];
    for (const call of calls) handles.push(await task(host, call));
    const reason = `leaked token=${planted('reason')}`;
    await runCli(['revoke', ...handles, '--reason', reason, '--home', home]);
    const all = `password: ${planted('allreason')}`;
    await runCli(['revoke', '--all', '--reason', all, '--home', home]);
    assert.deepEqual(foundIn(home), []);
    assert.deepEqual((await shown(home, handles)).match(SECRET) ?? [], []);
    await stopBroker(home, host);
    assert.deepEqual(foundIn(home), [], 'nor what was only in memory before the end');
  });

  test('P8 what a server says of its secrets is in no log, no trail and no reason', async (t) => {
    const home = temporaryHome(t);
    const env = { API_TOKEN: planted('said') };
    const host = await connectClient({ home, server: TELLING, flags: AT_ONCE, env });
    const failed = await task(host, { name: 'fail' });
    await runCli(['wait', failed, '--home', home]);
    const crashed = await task(host, { name: 'crash' });
    await runCli(['wait', crashed, '--home', home]);
    const { reason } = await cliJson<TaskView>(['status', crashed, '--home', home]);
    assert.match(reason?.note ?? '', /fatal: API_TOKEN=\*\*\* is not accepted/);
    await stopBroker(home, host);
    // Its progress and its error are its answers to the agent, and are kept as they came.
    assert.deepEqual([...foundIn(join(home, 'log')), ...foundIn(join(home, 'audit'))], []);
    const { stdout } = await runCli(['audit', '--home', home]);
    assert.doesNotMatch(stdout, SECRET);
  });

  test('P8 headers and addresses of remote servers are in no file of the home', async (t) => {
    const home = temporaryHome(t);
    const url = `${await serveHttp(t, neverAnswers)}?access_token=${planted('address')}`;
    const headers = ['--header', `X-Team: ${planted('header')}`, '--header-env', 'X-Key=MTH_KEY'];
    const env = { MTH_KEY: planted('headerenv') };
    const flags = ['--url', url, ...headers, ...AT_ONCE];
    const host = await connectClient({ home, server: [], flags, env });
    const handle = await task(host, { name: 'run' });
    await runCli(['revoke', handle, '--home', home]);
    await stopBroker(home, host);
    assert.deepEqual(foundIn(home), []);
  });

  test('P8 an address that nobody answers at is told without what it holds', async (t) => {
    const home = temporaryHome(t);
    const flags = ['--url', `http://127.0.0.1:9/mcp?key=${planted('address')}`];
    await assert.rejects(connectClient({ home, server: [], flags }), (error: Error) => {
      assert.doesNotMatch(error.message, SECRET);
      return true;
    });
    assert.deepEqual(foundIn(home), []);
  });

  test('P8 definitions that are refused are not repeated in any log', async (t) => {
    const home = temporaryHome(t);
    const lines: string[][] = [
      ['--url', `http://me:${planted('userinfo')}@h/`],
      ['--url', 'http://h/', '--header', `X-Key: ${planted('badheader')}\u{1f511}`],
      ['--url', 'http://h/', '--header', planted('noheader')],
      ['--url', 'http://h/', '--header-env', `X-Key=${planted('variable')}`],
    ];
    for (const line of lines) {
      const args = ['serve', '--route', 'e', '--home', home, ...line];
      const { code, stderr } = await runCli(args);
      assert.equal(code, 2);
      assert.doesNotMatch(stderr.replace(planted('variable'), ''), SECRET, stderr);
    }
    assert.deepEqual(foundIn(home), []);
  });
});
