import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { VERSION } from '../common/product.ts';
import { registerSampleBuild } from './sampleBuild.ts';
import { registerSampleCommand } from './sampleCommand.ts';

/** A server to try long calls with: one that counts steps, one that starts a process. */
export function sampleServer(): McpServer {
  const server = new McpServer({ name: 'mcp-task-handles-sample', version: VERSION });
  registerSampleBuild(server);
  registerSampleCommand(server);
  return server;
}
