import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, type TestContext, test } from 'node:test';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { readEndpoint } from '../../../src/brokerApi/endpointFile.ts';
import type { Finding } from '../../../src/brokerApi/finding.ts';
import { resolveHome } from '../../../src/brokerApi/home.ts';
import { neverAnswers } from '../../fixtures/mcp/remote/neverAnswers.ts';
import { AdminMachine } from '../../support/adminMachine.ts';
import { runCli } from '../../support/cliProcess.ts';
import {
  CLI,
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
} from '../../support/connectClient.ts';
import { lookAgain } from '../../support/lookAgain.ts';
import { type HttpAttempt, OtherUser } from '../../support/otherUser.ts';
import { descendantPids } from '../../support/processTree.ts';
import { serveHttp } from '../../support/remoteServer.ts';
import { ServeHome } from '../../support/serveProgram.ts';

const SERVER = fixtureServer('answersWhenTold.mjs');
const SECRET = 'planted-hunter2-secret';
const WORKSPACE = 'w1';

/** Where others may go and look, as into a person's folders on many machines. */
function openFolder(t: TestContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mth-${name}-`));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function filesBelow(folder: string): string[] {
  return entriesBelow(folder)
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}

function foldersBelow(folder: string): string[] {
  return entriesBelow(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}

function entriesBelow(folder: string) {
  return lookAgain(() => readdirSync(folder, { recursive: true, withFileTypes: true }));
}

/** A home with all that comes of a day: tasks with and without a workspace, results, an audit trail. */
async function lived(t: TestContext) {
  const runtime = openFolder(t, 'run');
  const storage = openFolder(t, 'storage');
  const home = temporaryHome(t);
  const env = { XDG_RUNTIME_DIR: runtime, API_TOKEN: SECRET, 'api-key': SECRET };
  const flags = ['--policy', 'always'];
  const first = await connectClient({ home, server: SERVER, flags, env });
  const control = await ControlClient.open({
    paths: resolveHome({ home }),
    client: 'editor',
    start: 'never',
  });
  t.after(() => control.dispose());
  const window = { workspace: WORKSPACE, name: 'w', storagePath: storage };
  await control.request('workspace/attach', window);
  const ofWindow = [...flags, '--workspace', WORKSPACE];
  const second = await connectClient({ home, server: SERVER, flags: ofWindow, env });
  for (const host of [first, second]) {
    const handle = handleOf(await callTool(host, 'echo', { message: SECRET }));
    await callTool(host, 'task_poll', { handle });
  }
  const running = handleOf(await callTool(first, 'wait_for_file', { path: join(home, 'no') }));
  t.after(() => runCli(['revoke', running, '--home', home]));
  const { endpoint } = readEndpoint(join(home, 'endpoint.json'));
  assert.ok(endpoint);
  return { home, storage, endpoint, hosts: [first, second] };
}

suite('another user of the machine', () => {
  let other: OtherUser;
  before(async () => {
    other = await OtherUser.make();
  });
  after(() => other.remove());

  function refused(outcomes: Readonly<Record<string, string>>, what: string): void {
    const given = Object.entries(outcomes).filter(([, code]) => code === 'open');
    assert.deepEqual(given, [], `${what} that another user can open`);
  }

  test('P8 cannot look into the home, nor open one file of it or of a workspace’s records', async (t) => {
    const { home, storage } = await lived(t);
    const read = [...filesBelow(home), ...filesBelow(storage)];
    for (const name of ['endpoint.json', 'records/index.json', 'audit', 'records', 'log', 'lock']) {
      assert.ok(existsSync(join(home, name)), `${name} was looked at`);
    }
    assert.ok(
      read.some((path) => path.startsWith(storage)),
      'and the records of the workspace',
    );
    const list = [home, ...foldersBelow(home), ...foldersBelow(storage)];
    const tried = await other.attempt({ read, write: read, list });
    refused(tried.read, 'files');
    refused(tried.write, 'files');
    refused(tried.list, 'folders');
  });

  test('P8 reads no file of a home that stands open', async (t) => {
    const { home } = await lived(t);
    chmodSync(home, 0o755);
    const read = filesBelow(home);
    const tried = await other.attempt({ read, write: read, list: foldersBelow(home) });
    refused(tried.read, 'files');
    refused(tried.write, 'files');
    refused(tried.list, 'folders');
  });

  test('P8 does not reach the socket, and with it learns nothing without the token', async (t) => {
    const { endpoint } = await lived(t);
    const socket = endpoint.socket;
    const connect = [socket];
    assert.deepEqual((await other.attempt({ connect })).connected, ['EACCES']);
    refused((await other.attempt({ list: [dirname(socket)] })).list, 'folders');
    chmodSync(dirname(socket), 0o755);
    assert.deepEqual((await other.attempt({ connect })).connected, ['EACCES']);
    chmodSync(socket, 0o666);
    const hello = { mcpTaskHandles: 1, protocol: 1, version: '1', role: 'control' };
    const said: string[] = [];
    for (const token of ['', 'x', endpoint.token.slice(0, 63), endpoint.token.replace(/./g, 'a')]) {
      const attempt = { connect, hello: JSON.stringify({ ...hello, token }) };
      said.push(...(await other.attempt(attempt)).connected);
    }
    assert.equal(new Set(said).size, 1, 'whatever was wrong with it');
    assert.match(said[0] ?? '', /^\{"ok":false,"code":"wrong_token","message":"[^"]*"\}\n$/);
    assert.doesNotMatch(said[0] ?? '', new RegExp(`${endpoint.pid}|${endpoint.token}|/`));
  });

  test('P8 sees processes of ours, and no secret in them', async (t) => {
    const { endpoint, hosts } = await lived(t);
    const url = `${await serveHttp(t, neverAnswers)}?key=${SECRET}`;
    const remote = ['--url', url, '--header', `X-Key: ${SECRET}`];
    const flags = [...remote, '--header-env', 'Authorization=AUTH', '--policy', 'always'];
    const home = temporaryHome(t);
    const third = await connectClient({ home, server: [], flags, env: { AUTH: SECRET } });
    const paths = resolveHome({ home });
    const second = readEndpoint(paths.endpoint).endpoint;
    assert.ok(second);
    const ours = [endpoint.pid, second.pid, ...[...hosts, third].map(({ pid }) => pid)];
    ours.push(...(await descendantPids(endpoint.pid)));
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    assert.ok(ours.every((pid) => all.includes(String(pid))));
    const text = all.map((pid) => `/proc/${pid}/cmdline`);
    const read = ours.map((pid) => `/proc/${pid}/environ`);
    const { texts, ...tried } = await other.attempt({ text, read });
    for (const part of ['broker.js', 'connect', 'answersWhenTold', 'mcp-task-handles-guard']) {
      assert.ok(
        texts.some((line) => line.includes(part)),
        `${part}: command lines are public`,
      );
    }
    const seen = texts.join('\n');
    for (const secret of [SECRET, endpoint.token, second.token]) {
      assert.equal(seen.includes(secret), false, seen);
    }
    refused(tried.read, 'environments');
  });

  test('P8 gets the same 401 from the HTTP front for all that there is and is not', async (t) => {
    const home = new ServeHome(t);
    const served = await home.serve(SERVER);
    const there = served.url;
    const { origin } = new URL(there);
    const session = { 'Mcp-Session-Id': '0f8fad5b-d9cb-469f-a165-70867728950e' };
    const near = served.token.slice(0, -1);
    const requests: HttpAttempt[] = [];
    for (const url of [there, `${origin}/`, `${there}/e`, `${origin}/.well-known/x`]) {
      for (const method of ['POST', 'GET', 'DELETE']) {
        for (const token of [near, 'x', 'x'.repeat(4_000)]) {
          const Authorization = `Bearer ${token}`;
          requests.push({ url, method, headers: { Authorization } });
          requests.push({ url, method, headers: { Authorization, ...session } });
        }
      }
    }
    const { answers: wrong } = await other.attempt({ requests });
    assert.equal(wrong.length, requests.length);
    assert.equal(new Set(wrong).size, 1, [...new Set(wrong)].join('\n'));
    const none = { url: there, method: 'POST', headers: {} };
    const { answers } = await other.attempt({ requests: [none] });
    for (const answer of [...answers, ...wrong]) {
      assert.match(answer, /^401 /);
      for (const name of [home.path, served.token, '/mcp', 'answersWhenTold']) {
        assert.equal(answer.includes(name), false, answer);
      }
    }
    refused((await other.attempt({ read: [served.tokenFile] })).read, 'files');
  });

  for (const kind of ['folders', 'links'] as const) {
    test(`P8 gets no broker to use one of their ${kind} as its runtime folder`, async (t) => {
      const shared = openFolder(t, 'tmp');
      chmodSync(shared, 0o1777);
      const squatted = join(shared, `mcp-task-handles-${process.getuid?.()}`);
      const made = await other.attempt({ [kind]: [squatted] });
      assert.deepEqual(made[kind], { [squatted]: 'open' });
      const home = temporaryHome(t);
      const { XDG_RUNTIME_DIR: _, ...rest } = process.env;
      const env = { ...rest, TMPDIR: shared };
      const line = ['serve', '--route', 'e', '--home', home, '--', 'true'];
      const { code, stderr } = await runCli(line, env);
      assert.equal(code, 4);
      assert.match(stderr, /No folder for the socket: .*; set XDG_RUNTIME_DIR or TMPDIR/);
      assert.deepEqual(
        filesBelow(shared).filter((path) => path.endsWith('.sock')),
        [],
      );
      const runtime = openFolder(t, 'run');
      const elsewhere = { TMPDIR: shared, XDG_RUNTIME_DIR: runtime };
      const free = temporaryHome(t);
      await connectClient({ home: free, server: SERVER, env: elsewhere });
      const { endpoint } = readEndpoint(join(free, 'endpoint.json'));
      assert.equal(endpoint?.socket.startsWith(runtime), true, 'another place is taken');
    });
  }

  test('P8 cannot prepare a home for somebody else', async (t) => {
    const shared = openFolder(t, 'homes');
    chmodSync(shared, 0o1777);
    const home = join(shared, 'home');
    await other.attempt({ folders: [home] });
    const { code, stderr } = await runCli(['serve', '--route', 'e', '--home', home, '--', 'true']);
    assert.equal(code, 1);
    assert.match(stderr, /home cannot be used \(it belongs to another user\)/);
    assert.deepEqual(readdirSync(home), []);
  });

  test('P8 is bound by an administrator’s file: not by their own, and by one they cannot read', async (t) => {
    const programs = openFolder(t, 'dist');
    cpSync(dirname(CLI), programs, { recursive: true });
    const home = openFolder(t, 'home');
    chownSync(home, other.uid, other.gid);
    const machine = new AdminMachine(t, { by: 'IT', failOpen: false });
    const became = [
      'setpriv',
      '--reuid',
      other.name,
      '--regid',
      String(other.gid),
      '--clear-groups',
    ];
    const doctor = [join(programs, 'cli.js'), 'doctor', '--json', '--home', home];
    const [command = '', ...args] = machine.within([...became, process.execPath, ...doctor]);
    const policy = () => {
      const { stdout } = spawnSync(command, args, { encoding: 'utf8', cwd: '/' });
      const { findings: all } = JSON.parse(stdout) as { findings: Finding[] };
      return all.filter(({ kind }) => kind === 'admin_policy').map(({ what }) => what);
    };
    assert.match(policy()[0] ?? '', /^IT .* no server runs without the broker/);
    chmodSync(machine.file, 0o600);
    assert.match(policy()[0] ?? '', /cannot be followed: this user cannot read it/);
    chownSync(machine.file, other.uid, other.gid);
    assert.match(policy()[0] ?? '', /is ignored: .*policy\.json does not belong to root/);
  });
});
