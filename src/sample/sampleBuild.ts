import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
// The generation that the SDK bundles for itself: the other would bring 260 KB of languages.
import { z } from 'zod/v3';
import { type ProgressExtra, reportProgress } from './reportProgress.ts';

const INPUT = {
  seconds: z.number().min(0).max(86_400).default(30).describe('How long the build takes'),
  steps: z.number().int().min(1).max(10_000).default(10).describe('In how many steps'),
};

/** `sample_build`: takes its time, tells every step, stops when it is cancelled. */
export function registerSampleBuild(server: McpServer): void {
  const description =
    'Pretends to build something: takes `seconds` seconds in `steps` steps and reports each step.';
  server.registerTool(
    'sample_build',
    { title: 'Sample Build', description, inputSchema: INPUT },
    async ({ seconds, steps }, extra) => {
      await build(seconds, steps, extra);
      const text = `Built ${steps} of ${steps} files in ${seconds} s.`;
      return { content: [{ type: 'text', text }] };
    },
  );
}

async function build(seconds: number, steps: number, extra: ProgressExtra): Promise<void> {
  const pauseMs = (seconds * 1000) / steps;
  for (let step = 1; step <= steps; step++) {
    await delay(pauseMs, undefined, { signal: extra.signal });
    await reportProgress(extra, {
      progress: step,
      total: steps,
      message: `Compiling ${step} of ${steps}`,
    });
  }
}
