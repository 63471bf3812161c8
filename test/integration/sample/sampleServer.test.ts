import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { suite, type TestContext, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CallToolResultSchema,
  ProgressNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { until } from '../../support/editorHost/until.ts';

async function connect(t: TestContext) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: ['--import', 'tsx', 'src/sampleMain.ts'],
    stderr: 'inherit',
  });
  const client = new Client({ name: 'test', version: '0' });
  t.after(() => client.close());
  await client.connect(transport);
  const { pid } = transport;
  assert.ok(pid);
  return { client, pid };
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
}

suite('sample server', () => {
  test('reports every step and ends with a result', async (t) => {
    const { client } = await connect(t);
    const seen: unknown[] = [];
    // The client's own way drops an event that comes in one chunk with the result.
    client.setNotificationHandler(ProgressNotificationSchema, ({ params }) => {
      seen.push(params);
    });
    const result = await client.callTool({
      name: 'sample_build',
      arguments: { seconds: 0.05, steps: 3 },
      _meta: { progressToken: 'p' },
    });
    await until(() => seen.length >= 3, { what: 'the last event' });
    assert.deepEqual(result.content, [{ type: 'text', text: 'Built 3 of 3 files in 0.05 s.' }]);
    assert.deepEqual(seen, [
      { progressToken: 'p', progress: 1, total: 3, message: 'Compiling 1 of 3' },
      { progressToken: 'p', progress: 2, total: 3, message: 'Compiling 2 of 3' },
      { progressToken: 'p', progress: 3, total: 3, message: 'Compiling 3 of 3' },
    ]);
  });

  test('has defaults for everything and refuses what cannot be meant', async (t) => {
    const { client } = await connect(t);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name, inputSchema }) => [name, inputSchema.required ?? []]),
      [
        ['sample_build', []],
        ['sample_command', []],
      ],
    );
    const bad = await client.callTool({ name: 'sample_build', arguments: { steps: 0 } });
    assert.equal(bad.isError, true);
  });

  test('stops building when it is cancelled, and serves the next call', async (t) => {
    const { client } = await connect(t);
    const cancel = new AbortController();
    let steps = 0;
    const call = client.callTool(
      { name: 'sample_build', arguments: { seconds: 600, steps: 60_00 } },
      CallToolResultSchema,
      {
        signal: cancel.signal,
        onprogress: () => {
          steps += 1;
          if (steps === 2) cancel.abort('enough');
        },
      },
    );
    await assert.rejects(call, /enough/);
    const next = await client.callTool({
      name: 'sample_build',
      arguments: { seconds: 0, steps: 1 },
    });
    assert.notEqual(next.isError, true);
    assert.ok(steps <= 3);
  });

  test('ends the child process of a cancelled command', async (t) => {
    const { client, pid } = await connect(t);
    const before = new Set(childrenOf(pid));
    const cancel = new AbortController();
    const call = client.callTool(
      { name: 'sample_command', arguments: { seconds: 600 } },
      CallToolResultSchema,
      { signal: cancel.signal },
    );
    const rejected = assert.rejects(call, /enough/);
    const bornOf = () => childrenOf(pid).filter((child) => !before.has(child));
    await until(() => bornOf().length > 0, { what: 'the child process' });
    cancel.abort('enough');
    await rejected;
    await until(() => bornOf().length === 0, { what: 'the end of the child process' });
  });

  test('tells the process id and how it ended', async (t) => {
    const { client } = await connect(t);
    const result = await client.callTool({ name: 'sample_command', arguments: { seconds: 0 } });
    assert.match(JSON.stringify(result.content), /Process \d+ ended with code 0\./);
  });
});
