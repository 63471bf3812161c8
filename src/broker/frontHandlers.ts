import type { FrontParams } from '../brokerApi/brokerProtocol.ts';
import { isToken } from '../brokerApi/tokenFile.ts';
import { DisposableStore } from '../common/disposable.ts';
import { TaskHandlesError } from '../common/errors.ts';
import { type JsonObject, stringOr } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import type { ControlConnection } from './controlConnection.ts';
import type { HttpFronts } from './httpFronts.ts';
import { parseDefinition, parsePolicy } from './wireDefinition.ts';

const MAX_PORT = 65_535;

/** Registers the methods about HTTP fronts. What a client opened closes with its link. */
export function handleFrontRequests(
  connection: ControlConnection,
  { fronts, log }: { fronts: HttpFronts; log: Log },
): void {
  const own = new DisposableStore();
  connection.onClose(() => own.dispose());
  connection.handle('fronts/open', async (params) => {
    const { url, token } = own.add(await fronts.open(parseFront(params, log)));
    return { url, token };
  });
  connection.handle('fronts/close', ({ url }) => {
    fronts.close(stringOr(url, ''));
    return null;
  });
  connection.handle('fronts/list', () => ({ fronts: fronts.all }));
}

function parseFront(params: JsonObject, log: Log): FrontParams {
  const { route, workspace, definition, policy, port, token } = params;
  if (route !== null && (typeof route !== 'string' || route === '')) {
    throw invalid('`route` must be a name, or null.');
  }
  const parsed = parsePolicy(policy);
  for (const problem of parsed.problems) log.write('warn', `Of server \`${route}\`: ${problem}`);
  return {
    route,
    workspace: stringOr(workspace, null),
    port: portOf(port),
    policy: parsed.policy,
    ...(definition !== undefined && { definition: parseDefinition(definition) }),
    ...(token !== undefined && { token: tokenOf(token) }),
  };
}

function portOf(port: unknown): number {
  if (Number.isInteger(port) && Number(port) >= 0 && Number(port) <= MAX_PORT) return Number(port);
  throw invalid(`\`port\` must be a whole number from 0 to ${MAX_PORT}.`);
}

function tokenOf(token: unknown): string {
  if (typeof token === 'string' && isToken(token)) return token;
  throw invalid('`token` must have at least 16 visible ASCII characters.');
}

function invalid(message: string): TaskHandlesError {
  return new TaskHandlesError('invalid_message', message);
}
