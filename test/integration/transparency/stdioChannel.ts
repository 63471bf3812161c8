import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { JsonObject } from '../../../src/common/json.ts';
import { LineReader } from '../../../src/common/lines.ts';
import type { OpenChannel } from './recordingHost.ts';

/** A server that is started by a command line, and reached by its lines as they are. */
export function overStdio([command = '', ...args]: readonly string[]): OpenChannel {
  return async (onMessage) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    const reader = new LineReader((line) => onMessage(JSON.parse(line) as JsonObject));
    child.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
    child.stdin.on('error', () => {});
    return {
      send: async (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
      close: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exit = once(child, 'exit');
        child.stdin.end();
        await exit;
      },
    };
  };
}
