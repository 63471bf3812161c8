import type { TrackableServer } from './foundServer.ts';
import type { ServerSource } from './trackedServers.ts';

export const SAMPLE_SOURCE: ServerSource = { kind: 'sample', folder: null };
export const SAMPLE_NAME = 'sample';

export interface SampleFacts {
  readonly program: string;
  readonly execPath: string;
  readonly isElectron: boolean;
  readonly platform: NodeJS.Platform;
}

export type SampleServer = TrackableServer & { readonly server: { readonly kind: 'stdio' } };

/** The bundled server, found like any other. It is ours, so nobody has to agree to its command. */
export function sampleServer(facts: SampleFacts): SampleServer {
  const [command, ...args] = sampleCommand(facts);
  const entry = {
    name: SAMPLE_NAME,
    command,
    args,
    cwd: null,
    env: {},
    envFile: null,
    written: {},
  };
  return {
    name: SAMPLE_NAME,
    source: SAMPLE_SOURCE,
    label: 'MCP Task Handles',
    path: null,
    server: { kind: 'stdio', name: SAMPLE_NAME, entry },
    inputs: [],
    folder: null,
    needsConsent: false,
    isOriginalOn: false,
  };
}

/**
 * An Electron that is to be a Node needs its variable, which no upstream gets from us (it would
 * mislead every Electron that a server starts), so a launcher sets it for this process alone.
 */
function sampleCommand(facts: SampleFacts): [string, ...string[]] {
  const { program, execPath, isElectron, platform } = facts;
  if (!isElectron) return [execPath, program];
  if (platform !== 'win32') return ['/usr/bin/env', 'ELECTRON_RUN_AS_NODE=1', execPath, program];
  return ['cmd.exe', '/d', '/c', 'set', 'ELECTRON_RUN_AS_NODE=1&&', execPath, program];
}
