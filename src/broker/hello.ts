import { CONTROL_PROTOCOL, type ControlHello, type Hello } from '../brokerApi/brokerProtocol.ts';
import { LEAVING } from '../brokerApi/greeting.ts';
import { messageOf } from '../common/errors.ts';
import { isJsonObject, type JsonObject, parseJson, stringOr } from '../common/json.ts';
import { VERSION } from '../common/product.ts';
import { isSameSecret } from '../common/sameSecret.ts';
import { parseDefinition, parsePolicy } from './wireDefinition.ts';

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type HelloReading =
  | { readonly hello: Hello; readonly problems?: readonly string[] }
  | { readonly refusal: Refusal };

/** Reads the first line of a connection as untrusted input; nothing of it is said back. */
export function readHello(line: string, token: string): HelloReading {
  const value = parseJson(line);
  if (!isJsonObject(value) || value.mcpTaskHandles !== 1) {
    return refuse('invalid_message', 'The first line is not a hello of MCP Task Handles.');
  }
  if (!isSameSecret(stringOr(value.token, ''), token)) {
    return refuse('wrong_token', 'The token is not the one in the endpoint file; read it again.');
  }
  const { protocol, version } = value;
  if (typeof protocol !== 'number' || typeof version !== 'string') {
    return refuse('invalid_message', 'The hello names no protocol or version.');
  }
  if (protocol !== CONTROL_PROTOCOL && protocol !== CONTROL_PROTOCOL - 1) {
    return refuse('wrong_protocol', wrongProtocol(protocol, version));
  }
  return readRole(value, { mcpTaskHandles: 1, token, protocol, version });
}

type Base = Pick<Hello, 'mcpTaskHandles' | 'token' | 'protocol' | 'version'>;

function readRole(value: JsonObject, base: Base): HelloReading {
  const { role, client, route, workspace } = value;
  if (role === 'control') {
    const kind = client === 'editor' || client === 'supervisor' ? client : 'terminal';
    const onBehalfOf = programOf(value.onBehalfOf);
    return { hello: { ...base, role, client: kind, ...(onBehalfOf && { onBehalfOf }) } };
  }
  if (role !== 'connect' || typeof route !== 'string' || route === '') {
    return refuse('invalid_message', 'The hello names no known role, or no route.');
  }
  try {
    const parsed = value.policy === undefined ? undefined : parsePolicy(value.policy);
    return {
      hello: {
        ...base,
        role,
        route,
        workspace: stringOr(workspace, null),
        ...(value.definition !== undefined && { definition: parseDefinition(value.definition) }),
        ...(parsed !== undefined && { policy: parsed.policy }),
      },
      ...(parsed !== undefined && parsed.problems.length > 0 && { problems: parsed.problems }),
    };
  } catch (error) {
    return refuse('invalid_definition', messageOf(error));
  }
}

/** A name that goes into the audit trail, and into lines for people. */
function programOf(value: unknown): ControlHello['onBehalfOf'] {
  if (!isJsonObject(value) || typeof value.name !== 'string') return undefined;
  const short = (text: string) => text.slice(0, 100);
  return { name: short(value.name), version: short(stringOr(value.version, '')) };
}

function wrongProtocol(protocol: number, version: string): string {
  return protocol > CONTROL_PROTOCOL
    ? `The running broker (${VERSION}) is older than this program (${version}); end it with \`mcp-task-handles broker stop\` when its tasks have ended.`
    : `This program (${version}) is too old for the running broker (${VERSION}); reload the window or update it.`;
}

function refuse(code: string, message: string): HelloReading {
  return { refusal: { code, message } };
}

export const LEAVING_REFUSAL: Refusal = {
  code: LEAVING,
  message: 'The broker is about to exit; try again.',
};
