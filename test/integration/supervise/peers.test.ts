import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { conformanceTools } from '../../../scripts/conformance/conformanceTools.ts';
import {
  CLI,
  callTool,
  closeWithHome,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
} from '../../support/connectClient.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const COMMAND_MS = 60_000;

/** A home in which an agent has a task that runs. */
async function runningTask(t: TestContext): Promise<{ home: string; handle: string }> {
  const home = temporaryHome(t);
  const server = fixtureServer('ignoresCancel.mjs');
  const agent = await connectClient({ home, server, flags: ['--policy', 'always'] });
  return { home, handle: handleOf(await callTool(agent, 'hang')) };
}

suite('independent clients of supervise', () => {
  test('SDK v2 lists, revokes and reads, each answer as its schema says', async (t) => {
    const { home, handle } = await runningTask(t);
    const client = new Client({ name: 'sdk-v2', version: '2' });
    closeWithHome(home, client);
    const args = [CLI, 'supervise', '--home', home];
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' }),
    );
    const { tools } = await client.listTools();
    assert.equal(tools.length, 8);
    const call = async (name: string, given: Record<string, unknown> = {}) =>
      JSON.stringify((await client.callTool({ name, arguments: given })).structuredContent);
    assert.match(await call('list_tasks'), new RegExp(handle));
    assert.match(await call('revoke_task', { handle }), /"outcome":"revoked"/);
    assert.match(await call('wait_for_change', { handles: [handle] }), /"status":"cancelled"/);
    assert.match(await call('get_audit', { handle }), /"client":"sdk-v2"/);
    const { contents } = await client.readResource({ uri: `tasks://task/${handle}` });
    assert.match(JSON.stringify(contents), /cancelled/);
  });

  test('the Inspector from the command line lists and revokes', async (t) => {
    const { home, handle } = await runningTask(t);
    const { node, inspector } = await conformanceTools();
    const env = {
      ...process.env,
      HOME: await temporaryFolder(t),
      MCP_INSPECTOR_SECRET_STORE: 'memory',
    };
    const run = async (...args: string[]) => {
      const command = [inspector, '--cli', process.execPath, CLI, 'supervise', '--home', home];
      const all = [...command, '--method', ...args];
      return (await promisify(execFile)(node, all, { timeout: COMMAND_MS, env })).stdout;
    };
    const call = (tool: string, ...args: string[]) =>
      run('tools/call', '--tool-name', tool, ...args.flatMap((arg) => ['--tool-arg', arg]));
    assert.match(await run('tools/list'), /wait_for_change/);
    assert.match(await call('list_tasks'), new RegExp(handle));
    assert.match(await call('revoke_task', `handle=${handle}`), /revoked/);
    assert.match(await call('get_task', `handle=${handle}`), /cancelled/);
  });
});
