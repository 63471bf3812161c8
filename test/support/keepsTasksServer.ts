import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { LineReader } from '../../src/common/lines.ts';
import { fixtureServer } from './connectClient.ts';
import { LineInbox } from './lineInbox.ts';

/** Our modern server with tasks over HTTP, as a process of its own; gives its url. */
export async function startKeepsTasks(t: TestContext): Promise<string> {
  const [command = '', ...args] = fixtureServer('keepsTasks.mjs');
  const child = spawn(command, [...args, 'http'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const output = new LineInbox();
  const reader = new LineReader((line) => output.push(line));
  child.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
  const port = await output.next((line) => /^\d+$/.test(line), 30_000);
  return `http://127.0.0.1:${port}/mcp`;
}
