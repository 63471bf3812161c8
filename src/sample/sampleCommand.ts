import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import { messageOf } from '../common/errors.ts';

const INPUT = {
  seconds: z.number().min(0).max(86_400).default(30).describe('How long the process sleeps'),
};

/** `sample_command`: a real child process, to see it gone after a revoke. */
export function registerSampleCommand(server: McpServer): void {
  const description =
    'Starts a real child process that sleeps `seconds` seconds, and answers its process id and how it ended.';
  server.registerTool(
    'sample_command',
    { title: 'Sample Command', description, inputSchema: INPUT },
    async ({ seconds }, { signal }) => {
      const child = spawn(process.execPath, ['-e', sleepScript(seconds)], {
        // Only matters where this very program is an Electron.
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
        stdio: 'ignore',
      });
      const text = await endOf(child, signal);
      return { content: [{ type: 'text', text }] };
    },
  );
}

function sleepScript(seconds: number): string {
  return `setTimeout(() => {}, ${Math.round(seconds * 1000)})`;
}

async function endOf(child: ChildProcess, signal: AbortSignal): Promise<string> {
  const kill = () => child.kill();
  signal.addEventListener('abort', kill);
  if (signal.aborted) kill();
  try {
    const [code, signalName] = await once(child, 'exit');
    const how = code === null ? `was ended by ${signalName}` : `ended with code ${code}`;
    return `Process ${child.pid} ${how}.`;
  } catch (error) {
    return `The process could not be started: ${messageOf(error)}`;
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
