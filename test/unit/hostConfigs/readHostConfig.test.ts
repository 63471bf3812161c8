import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { HostConfigFile } from '../../../src/hostConfigs/hostConfigFile.ts';
import { parseHostConfig, readHostConfig } from '../../../src/hostConfigs/readHostConfig.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const VSCODE = { kind: 'vscode', label: '.vscode/mcp.json' } as const;
const ROOT = { kind: 'root', label: '.mcp.json' } as const;

function problemsOf(servers: unknown): readonly string[] {
  return parseHostConfig(JSON.stringify({ servers }), VSCODE).problems;
}

suite('readHostConfig', () => {
  test('reads comments, trailing commas and a byte order mark', () => {
    const text = `\uFEFF{
      // the build server
      "servers": { "build": { "command": "node", "args": ["b.js",], "env": { "A": 1, "B": null } }, },
    }`;
    const { servers, problems, isReadable } = parseHostConfig(text, VSCODE);
    assert.deepEqual(problems, []);
    assert.equal(isReadable, true);
    const [server] = servers;
    assert.ok(server?.kind === 'stdio');
    assert.deepEqual(server.entry.args, ['b.js']);
    assert.deepEqual(server.entry.env, { A: '1', B: null });
  });

  test('reads .mcp.json under its own root key', () => {
    const { servers } = parseHostConfig('{"mcpServers": {"x": {"command": "y"}}}', ROOT);
    assert.deepEqual(
      servers.map(({ name, kind }) => [name, kind]),
      [['x', 'stdio']],
    );
  });

  test('names the right root key when the other host is meant', () => {
    const { problems, isReadable } = parseHostConfig('{"mcpServers": {}}', VSCODE);
    assert.equal(isReadable, false);
    assert.deepEqual(problems, [
      '.vscode/mcp.json: its servers stand under "mcpServers"; write "servers".',
    ]);
  });

  test('hides no good server behind a bad one', () => {
    const servers = { bad: { args: ['x'] }, good: { command: 'node' }, worse: 7 };
    const config = parseHostConfig(JSON.stringify({ servers }), VSCODE);
    assert.deepEqual(
      config.servers.map(({ name, kind }) => [name, kind]),
      [
        ['bad', 'invalid'],
        ['good', 'stdio'],
        ['worse', 'invalid'],
      ],
    );
    assert.deepEqual(config.problems, [
      '.vscode/mcp.json: server `bad`: has no `command`; add the program that starts it.',
      '.vscode/mcp.json: server `worse`: is not an object; write {"command": "…"}.',
    ]);
  });

  const badEntries: [string, unknown, RegExp][] = [
    ['an empty command', { command: ' ' }, /`command` that is not a text/],
    ['a command list', { command: ['node'] }, /`command` that is not a text/],
    ['args that are a text', { command: 'x', args: '--y' }, /`args` that are not a list of texts/],
    ['args with numbers', { command: 'x', args: [1] }, /`args` that are not a list of texts/],
    ['an env list', { command: 'x', env: ['A=1'] }, /`env` that is not an object/],
    ['an env value that is an object', { command: 'x', env: { A: {} } }, /"A" is not a text/],
    ['an env name with =', { command: 'x', env: { 'A=B': 'c' } }, /"A=B" is not a text/],
    ['a cwd that is a number', { command: 'x', cwd: 1 }, /`cwd` that is not a text/],
    ['an envFile that is a list', { command: 'x', envFile: [] }, /`envFile` that is not a text/],
    ['http without a url', { type: 'http' }, /has no `url`/],
    ['a url that is a number', { url: 1 }, /`url` that is not a text/],
    ['headers that are a list', { url: 'http://x', headers: [] }, /`headers` that are not an obj/],
    ['a header that is a number', { url: 'http://x', headers: { A: 1 } }, /"A" is not a text/],
    ['an unknown type', { type: 'carrier pigeon', command: 'x' }, /unknown type "carrier pigeon"/],
  ];
  for (const [what, entry, expected] of badEntries) {
    test(`says one line about ${what}`, () => {
      const problems = problemsOf({ x: entry, fine: { command: 'node' } });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^\.vscode\/mcp\.json: server `x`: /);
      assert.match(problems[0] ?? '', expected);
    });
  }

  test('reads remote servers as hosts write them', () => {
    const url = 'https://example.org/$' + '{input:path}';
    const servers = {
      web: { type: 'http', url, headers: { Authorization: 'Bearer $' + '{input:key}' } },
      old: { type: 'sse', url },
      bare: { url },
      cline: { type: 'streamableHttp', url },
    };
    const config = parseHostConfig(JSON.stringify({ servers }), VSCODE);
    assert.deepEqual(config.problems, []);
    const entries = config.servers.map((server) => 'entry' in server && server.entry);
    const common = { url, headers: {} };
    assert.deepEqual(entries, [
      { name: 'web', written: servers.web, ...servers.web },
      { name: 'old', written: servers.old, type: 'sse', ...common },
      { name: 'bare', written: servers.bare, type: 'http', ...common },
      { name: 'cline', written: servers.cline, type: 'http', ...common },
    ]);
  });

  test('lists disabled and sandboxed servers and sockets with the reason', () => {
    const servers = {
      socket: { type: 'http', url: 'unix:///tmp/x' },
      off: { command: 'x', disabled: true },
      boxed: { command: 'x', sandboxEnabled: true },
    };
    const config = parseHostConfig(JSON.stringify({ servers }), VSCODE);
    assert.deepEqual(config.problems, []);
    const reasons = config.servers.map((server) => 'reason' in server && server.reason);
    assert.match(String(reasons[0]), /only http and https/);
    assert.match(String(reasons[1]), /disabled/);
    assert.match(String(reasons[2]), /sandbox/);
  });

  test('uses nothing of a file with broken JSON and says where', () => {
    const text = '{\n  "servers": {\n    "x": { "command": "rm" "args": [] }\n  }\n}';
    const { servers, problems, isReadable } = parseHostConfig(text, VSCODE);
    assert.deepEqual(servers, []);
    assert.equal(isReadable, false);
    assert.deepEqual(problems, [
      '.vscode/mcp.json:3:28: it is not valid JSON (comma expected); correct it there.',
    ]);
  });

  test('says one line about a file that holds no object', () => {
    assert.deepEqual(parseHostConfig('[]', VSCODE).problems, [
      '.vscode/mcp.json: it holds no JSON object.',
    ]);
    assert.deepEqual(parseHostConfig('{"servers": []}', VSCODE).problems, [
      '.vscode/mcp.json: "servers" is not an object of servers by name.',
    ]);
  });

  test('reads inputs and tells of bad ones', () => {
    const inputs = [
      { id: 'key', type: 'promptString', password: true, description: 'The key' },
      { id: 'level', type: 'pickString', options: ['a', { label: 'B', value: 'b' }] },
      { id: 'made', type: 'command', command: 'make.it', args: { a: 1 } },
      { id: 'none', type: 'pickString', options: [] },
      { type: 'promptString' },
      { id: 'odd', type: 'guess' },
    ];
    const config = parseHostConfig(JSON.stringify({ inputs, servers: {} }), VSCODE);
    assert.deepEqual(
      config.inputs.map(({ id }) => id),
      ['key', 'level', 'made'],
    );
    assert.equal(config.problems.length, 3);
    assert.match(config.problems[0] ?? '', /input `none`: has no `options`/);
  });

  test('finds nothing where there is no file', async (t) => {
    const folder = await temporaryFolder(t);
    const file: HostConfigFile = { ...VSCODE, path: join(folder, 'mcp.json'), folder };
    assert.deepEqual(await readHostConfig(file), {
      servers: [],
      disabled: [],
      inputs: [],
      problems: [],
      isReadable: true,
    });
  });

  test('says one line about a path that cannot be read', async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'mcp.json');
    await mkdir(path);
    const { problems, isReadable } = await readHostConfig({ ...VSCODE, path, folder });
    assert.equal(isReadable, false);
    assert.match(problems[0] ?? '', /^\.vscode\/mcp\.json: it cannot be read \(EISDIR/);
  });

  test('takes an empty file for no servers', async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'mcp.json');
    await writeFile(path, '\n');
    assert.equal((await readHostConfig({ ...VSCODE, path, folder })).isReadable, true);
  });
});
