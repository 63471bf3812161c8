import type {
  HttpDefinition,
  ServerDefinition,
  StdioDefinition,
} from '../brokerApi/brokerProtocol.ts';
import { parseHttpDefinition } from '../brokerApi/parseHttpDefinition.ts';
import { TaskHandlesError } from '../common/errors.ts';
import { isJsonObject, type JsonObject, stringOr } from '../common/json.ts';
import { type ParsedRoutePolicy, parseRoutePolicy } from '../registry/parsePolicy.ts';

/** A definition as it came over the socket; throws `invalid_definition` naming what is wrong. */
export function parseDefinition(value: unknown): ServerDefinition {
  if (!isJsonObject(value)) throw invalid('is not an object');
  return value.url === undefined ? parseStdio(value) : parseHttp(value);
}

function parseHttp(value: JsonObject): HttpDefinition {
  const parsed = parseHttpDefinition(value);
  if (typeof parsed === 'string') throw invalid(parsed);
  return parsed;
}

function parseStdio(value: JsonObject): StdioDefinition {
  const { command, args = [], cwd, env = {} } = value;
  if (typeof command !== 'string' || command.trim() === '') throw invalid('has no `command`');
  if (!Array.isArray(args) || !args.every((arg) => typeof arg === 'string')) {
    throw invalid('has `args` that are not a list of strings');
  }
  if (!isJsonObject(env) || !Object.values(env).every((text) => typeof text === 'string')) {
    throw invalid('has an `env` that is not a map of strings');
  }
  const texts = [command, ...args, stringOr(cwd, ''), ...Object.entries(env).flat()];
  // Node would name the text in its error, and so in the log.
  if (texts.some((text) => String(text).includes('\0'))) throw invalid('holds a zero character');
  return { command, args, cwd: stringOr(cwd, null), env: env as Record<string, string> };
}

/** A route's policy, and a line for each value in it that cannot be meant and is left out. */
export function parsePolicy(value: unknown): ParsedRoutePolicy {
  if (value !== undefined && value !== null && !isJsonObject(value)) {
    throw invalid('has a `policy` that is not an object');
  }
  const tools = value?.tools ?? {};
  if (!isJsonObject(tools) || !Object.values(tools).every(isJsonObject)) {
    throw invalid('has `tools` that are not objects by tool name');
  }
  return parseRoutePolicy(value);
}

function invalid(what: string): TaskHandlesError {
  return new TaskHandlesError(
    'invalid_definition',
    `The server definition ${what}; correct it where the server is configured.`,
  );
}
