import type { NamedFolder } from '../../hostConfigs/hostConfigFile.ts';
import type {
  ConfiguredServer,
  InputDefinition,
  ReadableServer,
} from '../../hostConfigs/serverEntry.ts';
import type { ServerSource } from './trackedServers.ts';

/** A server as it stands somewhere now. */
export interface FoundServer {
  readonly name: string;
  readonly source: ServerSource;
  /** How people call the place, such as `.vscode/mcp.json`. */
  readonly label: string;
  readonly path: string | null;
  readonly server: ConfiguredServer;
  readonly inputs: readonly InputDefinition[];
  /** What `${workspaceFolder}` means for it. */
  readonly folder: NamedFolder | null;
  /** Whether a workspace brings it, so that a person must agree to its command. */
  readonly needsConsent: boolean;
  /** Whether the editor runs it, too. */
  readonly isOriginalOn: boolean;
}

/** One that can be tracked. */
export type TrackableServer = FoundServer & {
  readonly server: ReadableServer;
};

export function isTrackable(found: FoundServer): found is TrackableServer {
  return 'entry' in found.server;
}

export interface Findings {
  readonly servers: readonly FoundServer[];
  readonly problems: readonly string[];
  /** Places that are there but cannot be read now. */
  readonly unreadable: readonly UnreadablePlace[];
}

export interface UnreadablePlace {
  readonly source: ServerSource;
  readonly path: string;
  readonly problem: string;
}
