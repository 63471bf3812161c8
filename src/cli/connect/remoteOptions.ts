import type { HttpDefinition } from '../../brokerApi/brokerProtocol.ts';
import { parseHttpDefinition } from '../../brokerApi/parseHttpDefinition.ts';
import { TaskHandlesError } from '../../common/errors.ts';

/** What `--url`, `--transport`, `--header` and `--header-env` were given. */
export interface RemoteValues {
  readonly url?: string | undefined;
  readonly transport?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly 'header-env'?: readonly string[] | undefined;
}

/** The remote server that the options name, if any; throws `usage`. `env` holds the secrets. */
export function remoteOf(
  values: RemoteValues,
  env: Readonly<Record<string, string | undefined>>,
): HttpDefinition | undefined {
  const { url, transport = 'http', header = [], 'header-env': headerEnv = [] } = values;
  if (url === undefined) {
    if (values.transport === undefined && header.length + headerEnv.length === 0) return undefined;
    throw usage('--transport, --header and --header-env need --url: the address of the server.');
  }
  const headers = Object.fromEntries([
    ...header.map((text) => headerOf(text, '--header', ':')),
    ...headerEnv.map((text) => fromEnv(headerOf(text, '--header-env', '='), env)),
  ]);
  const parsed = parseHttpDefinition({ type: transport, url, headers });
  if (typeof parsed === 'string') throw usage(`What --url and its options give ${parsed}.`);
  return parsed;
}

function headerOf(text: string, option: string, separator: ':' | '='): [string, string] {
  const at = text.indexOf(separator);
  if (at > 0) return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  throw usage(`${option} takes ${separator === ':' ? 'NAME:VALUE' : 'NAME=VARIABLE'}.`);
}

/** Command lines are public; what a variable holds is not. */
function fromEnv(
  [name, variable]: [string, string],
  env: Readonly<Record<string, string | undefined>>,
): [string, string] {
  const value = env[variable];
  if (value !== undefined) return [name, value];
  throw usage(`--header-env: the environment variable ${variable} is not set.`);
}

function usage(message: string): TaskHandlesError {
  return new TaskHandlesError('usage', message);
}
