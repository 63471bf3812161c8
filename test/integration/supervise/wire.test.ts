import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, type TestContext, test } from 'node:test';
import { runCli } from '../../support/cliProcess.ts';
import { CLI, temporaryHome } from '../../support/connectClient.ts';
import { waitFor } from '../../support/processes.ts';

const PATIENCE_MS = 30_000;

/** `supervise` as a process whose every byte is seen. */
function startRaw(t: TestContext, home: string) {
  const child = spawn(process.execPath, [CLI, 'supervise', '--home', home]);
  t.after(() => child.kill('SIGKILL'));
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  /** The last may be no whole one yet. */
  const lines = () => stdout.split('\n').slice(0, -1);
  const send = (message: object | string) =>
    child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  const request = (id: number, method: string, params: object = {}) =>
    send({ jsonrpc: '2.0', id, method, params });
  const answer = (id: number) =>
    waitFor(
      () =>
        lines()
          .map((line) => JSON.parse(line))
          .find((message) => message.id === id) ?? null,
      PATIENCE_MS,
      `the answer to ${id}`,
    );
  return { child, lines, written: () => stdout, send, request, answer };
}

const HELLO = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'raw', version: '1' },
};

suite('supervise on stdio', () => {
  test('writes messages alone, survives what is none, and ends with its host', async (t) => {
    const { child, lines, written, send, request, answer } = startRaw(t, temporaryHome(t));
    request(1, 'initialize', HELLO);
    await answer(1);
    send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    send('this is no JSON');
    send('{"jsonrpc":"2.0"}');
    send('[]');
    request(2, 'tools/call', { name: 'no_such_tool', arguments: {} });
    assert.match((await answer(2)).error.message, /no such tool/);
    request(3, 'tools/call', { name: 'get_task', arguments: { handle: 7 } });
    assert.equal((await answer(3)).result.isError, true);
    request(4, 'tools/call', { name: 'wait_for_change', arguments: {} });
    request(5, 'tools/call', { name: 'list_tasks' });
    await answer(5);
    const ended = once(child, 'close');
    child.stdin.end();
    assert.deepEqual(await ended, [0, null], 'also while somebody waits');
    for (const line of lines()) assert.equal(JSON.parse(line).jsonrpc, '2.0');
    assert.match(written(), /\n$/);
  });

  test('says in one line that it cannot reach its broker', async (t) => {
    const { send, request, answer } = startRaw(t, '/dev/null/home');
    request(1, 'initialize', HELLO);
    await answer(1);
    send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    request(2, 'tools/call', { name: 'list_tasks' });
    const { result } = await answer(2);
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /^[^\n]+\/dev\/null\/home[^\n]+$/);
  });

  test('a wrong command line is told in one line', async () => {
    const wrong = await runCli(['supervise', '--all']);
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /^mcp-task-handles: [^\n]*--all[^\n]*--home DIR alone\.\n$/);
    const help = await runCli(['supervise', '--help']);
    assert.match(help.stdout, /\bsupervise\b/);
  });
});
