import type { TrackableServer } from '../../src/editor/tracking/foundServer.ts';
import type { StdioEntry } from '../../src/hostConfigs/serverEntry.ts';

/** A server of a workspace's `.vscode/mcp.json`. */
export function foundServer(
  entry: Partial<StdioEntry> = {},
  facts: Partial<TrackableServer> = {},
): TrackableServer {
  const name = entry.name ?? 'build';
  const whole: StdioEntry = {
    name,
    command: 'node',
    args: [],
    cwd: null,
    env: {},
    envFile: null,
    written: {},
    ...entry,
  };
  return {
    name,
    source: { kind: 'vscode', folder: '/code/app' },
    label: '.vscode/mcp.json',
    path: '/code/app/.vscode/mcp.json',
    server: { kind: 'stdio', name, entry: whole },
    inputs: [],
    folder: { name: 'app', path: '/code/app' },
    needsConsent: true,
    isOriginalOn: true,
    ...facts,
  };
}
