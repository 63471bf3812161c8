import { realpathSync } from 'node:fs';
import type { HelloFacts } from '../../brokerApi/openLink.ts';
import { workspaceIdOfFolder } from '../../brokerApi/workspaceIdentity.ts';
import type { ConnectOptions } from './connectOptions.ts';
import { upstreamEnvironment } from './upstreamEnvironment.ts';

/** What `connect` says of itself on every link: the broker may be a new one that knows nothing. */
export function connectHello(options: ConnectOptions): HelloFacts {
  const { route, commandLine, policy } = options;
  const cwd = workingFolder();
  const definition =
    commandLine === undefined
      ? {}
      : { definition: { ...commandLine, cwd, env: upstreamEnvironment(process.env) } };
  const hasPolicy = Object.keys(policy).length > 0;
  return {
    role: 'connect',
    route,
    workspace: options.workspace ?? (cwd === null ? null : workspaceIdOfFolder(cwd)),
    ...definition,
    ...(hasPolicy ? { policy } : {}),
  };
}

/** `null` when the folder we were started in is gone. */
function workingFolder(): string | null {
  try {
    return realpathSync(process.cwd());
  } catch {
    return null;
  }
}
