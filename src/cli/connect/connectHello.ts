import { realpathSync } from 'node:fs';
import type { ServerDefinition } from '../../brokerApi/brokerProtocol.ts';
import type { HelloFacts } from '../../brokerApi/openLink.ts';
import { workspaceIdOfFolder } from '../../brokerApi/workspaceIdentity.ts';
import type { ConnectOptions } from './connectOptions.ts';
import { upstreamEnvironment } from './upstreamEnvironment.ts';

/** What `connect` says of itself on every link: the broker may be a new one that knows nothing. */
export function connectHello(options: ConnectOptions): HelloFacts {
  const { route, policy } = options;
  const cwd = workingFolder();
  const definition = definitionOf(options, cwd);
  const hasPolicy = Object.keys(policy).length > 0;
  return {
    role: 'connect',
    route,
    workspace: options.workspace ?? (cwd === null ? null : workspaceIdOfFolder(cwd)),
    ...(definition === undefined ? {} : { definition }),
    ...(hasPolicy ? { policy } : {}),
  };
}

/** `undefined` when the editor has handed it to the broker. */
function definitionOf(
  { commandLine, remote }: ConnectOptions,
  cwd: string | null,
): ServerDefinition | undefined {
  if (commandLine === undefined) return remote;
  return { ...commandLine, cwd, env: upstreamEnvironment(process.env) };
}

/** `null` when the folder we were started in is gone. */
function workingFolder(): string | null {
  try {
    return realpathSync(process.cwd());
  } catch {
    return null;
  }
}
