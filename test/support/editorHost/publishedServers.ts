import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const MODULES = join(import.meta.dirname, '../../../node_modules');

/** MCP servers that others have published, as a workspace names them. */
export const PUBLISHED_SERVERS = {
  everything: {
    type: 'stdio',
    command: 'node',
    args: [join(MODULES, '@modelcontextprotocol/server-everything/dist/index.js'), 'stdio'],
  },
  commands: {
    type: 'stdio',
    command: 'node',
    args: [join(MODULES, '@agent-infra/mcp-server-commands/dist/index.cjs')],
  },
} as const;

/** Writes a workspace's `.vscode/mcp.json`. */
export async function writeMcpJson(workspace: string, servers: object): Promise<void> {
  await mkdir(join(workspace, '.vscode'), { recursive: true });
  const text = `${JSON.stringify({ servers }, null, 2)}\n`;
  await writeFile(join(workspace, '.vscode/mcp.json'), text);
}
