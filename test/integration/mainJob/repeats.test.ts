import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import { cliJson } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  fixtureServer,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { waitFor } from '../../support/processes.ts';

const SLOW = fixtureServer('answersWhenTold.mjs');
const PATIENCE_MS = 30_000;

/** What a call of the fixture waits for, and where it writes that it was executed. */
function fixtureFiles(t: TestContext): { path: string; log: string } {
  const folder = mkdtempSync(join(tmpdir(), 'mth-scratch-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { path: join(folder, 'go'), log: join(folder, 'log') };
}

function executions(log: string): number {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').length : 0;
}

suite('P2 one execution', () => {
  test('a call whose connect was killed is joined when it comes again', async (t) => {
    const home = temporaryHome(t);
    const call = fixtureFiles(t);
    const first = await connectClient({ home, server: SLOW });
    callTool(first, 'wait_for_file', call).catch(() => 'connect is killed');
    await waitFor(() => executions(call.log) === 1, PATIENCE_MS);
    process.kill(first.pid, 'SIGKILL');
    const second = await connectClient({ home, server: SLOW });
    const repeat = callTool(second, 'wait_for_file', call);
    await second.client.ping();
    appendFileSync(call.path, '');
    assert.equal(textOf(await repeat), `found ${call.path}`);
    assert.equal(executions(call.log), 1);
    assert.equal(textOf(await callTool(second, 'wait_for_file', call)), `found ${call.path}`);
    assert.equal(executions(call.log), 2, 'a third call is meant');
  });

  test('a key never runs twice, whatever dies', async (t) => {
    const home = temporaryHome(t);
    const call = fixtureFiles(t);
    const keyed = {
      name: 'wait_for_file',
      arguments: call,
      _meta: { 'mcp-task-handles/idempotencyKey': 'release 1.2' },
    };
    const first = await connectClient({ home, server: SLOW });
    first.client.callTool(keyed).catch(() => 'connect is killed');
    await waitFor(() => executions(call.log) === 1, PATIENCE_MS);
    process.kill(first.pid, 'SIGKILL');
    const second = await connectClient({ home, server: SLOW });
    const broken = assert.rejects(second.client.callTool(keyed));
    await second.client.ping();
    const { pid } = await cliJson<BrokerStatus>(['broker', 'status', '--home', home]);
    process.kill(pid, 'SIGKILL');
    await broken;
    const again = (await second.client.callTool(keyed)) as CallToolResult;
    assert.match(textOf(again), /was lost: nobody knows whether it finished/);
    const other = { ...keyed, name: 'echo' };
    const refused = (await second.client.callTool(other)) as CallToolResult;
    assert.match(textOf(refused), /already stands for task th_\w+ with another tool/);
    assert.equal(executions(call.log), 1);
  });
});
