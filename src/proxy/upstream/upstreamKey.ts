import { createHash } from 'node:crypto';
import type { ServerDefinition } from '../../brokerApi/brokerProtocol.ts';

/** Variables that differ from start to start and mean nothing to a server. */
const VOLATILE =
  /^(VSCODE_|ELECTRON_|MCP_TASK_HANDLES_|XPC_|TERM_SESSION_ID$|WINDOWID$|SHLVL$|_$|PWD$|OLDPWD$|npm_|TRACEPARENT$|CODEX_|CLAUDE_CODE_SSE_PORT$)/;

/** What must be equal for one connection to take over another's upstream. */
export interface UpstreamKeyParts {
  readonly workspace: string | null;
  readonly route: string;
  readonly definition: ServerDefinition;
  /** The client's `initialize` params as JSON text: version and capabilities decide what a
   * server sends. */
  readonly protocolVersion: string;
  readonly capabilitiesJson: string;
}

/** A fingerprint; the environment goes in as a hash, never in the clear. */
export function upstreamKey(parts: UpstreamKeyParts): string {
  const identity = [
    parts.workspace,
    parts.route,
    ...definitionParts(parts.definition),
    parts.protocolVersion,
    parts.capabilitiesJson,
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('base64url');
}

/** Equal for equal servers; a fingerprint, so that no secret is in it. */
export function definitionKey(definition: ServerDefinition): string {
  const parts = JSON.stringify(definitionParts(definition));
  return createHash('sha256').update(parts).digest('base64url');
}

function definitionParts(definition: ServerDefinition): unknown[] {
  if ('url' in definition) {
    const { type, url, headers } = definition;
    return [type, url, sorted(Object.entries(headers))];
  }
  const { command, args, cwd, env } = definition;
  return [command, args, cwd, sorted(Object.entries(env)).filter(([name]) => !VOLATILE.test(name))];
}

function sorted(entries: [string, string][]): [string, string][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
