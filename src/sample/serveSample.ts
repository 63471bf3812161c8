import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { sampleServer } from './sampleServer.ts';

/** Serves on stdin and stdout until the host closes stdin. */
export async function serveSample(): Promise<void> {
  // Whatever still counts or sleeps for a host that has gone away ends with us.
  process.stdin.on('end', () => process.exit(0));
  await sampleServer().connect(new StdioServerTransport());
}
