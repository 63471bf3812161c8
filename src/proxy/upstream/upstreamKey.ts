import { createHash } from 'node:crypto';
import type { StdioDefinition } from '../../brokerApi/brokerProtocol.ts';

/** Variables that differ from start to start and mean nothing to a server. */
const VOLATILE =
  /^(VSCODE_|ELECTRON_|MCP_TASK_HANDLES_|XPC_|TERM_SESSION_ID$|WINDOWID$|SHLVL$|_$|PWD$|OLDPWD$|npm_|TRACEPARENT$|CODEX_|CLAUDE_CODE_SSE_PORT$)/;

/** What must be equal for one connection to take over another's upstream. */
export interface UpstreamKeyParts {
  readonly workspace: string | null;
  readonly route: string;
  readonly definition: StdioDefinition;
  /** The client's `initialize` params as JSON text: version and capabilities decide what a
   * server sends. */
  readonly protocolVersion: string;
  readonly capabilitiesJson: string;
}

/** A fingerprint; the environment goes in as a hash, never in the clear. */
export function upstreamKey(parts: UpstreamKeyParts): string {
  const { command, args, cwd, env } = parts.definition;
  const steady = Object.entries(env)
    .filter(([name]) => !VOLATILE.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const identity = [
    parts.workspace,
    parts.route,
    command,
    args,
    cwd,
    steady,
    parts.protocolVersion,
    parts.capabilitiesJson,
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('base64url');
}
