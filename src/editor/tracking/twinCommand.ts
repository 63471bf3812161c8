import { ENV_HOME } from '../../common/product.ts';
import type { FoundServer } from './foundServer.ts';

/** How programs of ours are started from this editor. */
export interface ProgramFacts {
  readonly cliPath: string;
  readonly execPath: string;
  readonly isElectron: boolean;
  /** A home that was chosen by the environment. */
  readonly home: string | undefined;
}

export interface TwinFacts extends ProgramFacts {
  readonly route: string;
  readonly workspaceId: string | null;
}

export interface TwinCommand {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
}

/** What the editor starts for a route. It caches and forwards this, so nothing secret goes in. */
export function twinCommand(facts: TwinFacts): TwinCommand {
  const { route, workspaceId } = facts;
  const workspace = workspaceId === null ? [] : ['--workspace', workspaceId];
  return ownCommand(facts, ['connect', '--route', route, ...workspace]);
}

/** What the editor starts for supervisor agents, where the person has switched that on. */
export function superviseCommand(facts: ProgramFacts): TwinCommand {
  return ownCommand(facts, ['supervise']);
}

function ownCommand(facts: ProgramFacts, args: readonly string[]): TwinCommand {
  const { cliPath, execPath, isElectron, home } = facts;
  return {
    command: execPath,
    args: [cliPath, ...args],
    env: {
      ...(isElectron && { ELECTRON_RUN_AS_NODE: '1' }),
      ...(home !== undefined && home !== '' && { [ENV_HOME]: home }),
    },
  };
}

/**
 * Of two servers with one name the editor switches the extension's off. Once the original is off,
 * the twin stands in its place.
 */
export function twinLabel(
  route: string,
  servers: readonly Pick<FoundServer, 'name' | 'isOriginalOn'>[],
): string {
  const isTaken = servers.some(
    ({ name, isOriginalOn }) => isOriginalOn && name.toLowerCase() === route.toLowerCase(),
  );
  return isTaken ? `${route} (tracked)` : route;
}
