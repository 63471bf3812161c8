import { isJsonObject, type JsonObject } from '../common/json.ts';
import { isRemoteEntry, parseRemoteEntry } from './parseRemoteEntry.ts';
import type { ConfiguredServer } from './serverEntry.ts';

/** Reads one entry of `servers`. */
export function parseServerEntry(name: string, value: unknown): ConfiguredServer {
  if (!isJsonObject(value)) {
    return { kind: 'invalid', name, reason: 'is not an object; write {"command": "…"}.' };
  }
  const unsupported = unsupportedReason(value);
  if (unsupported !== undefined) return { kind: 'unsupported', name, reason: unsupported };
  if (isRemoteEntry(value)) return parseRemoteEntry(name, value);
  const problem = problemOf(value);
  if (problem !== undefined) return { kind: 'invalid', name, reason: problem };
  const { command, args = [], cwd, env = {}, envFile } = value;
  const entry = {
    name,
    command: command as string,
    args: args as string[],
    cwd: textOrNull(cwd),
    env: textValues(env as JsonObject),
    envFile: textOrNull(envFile),
    written: value,
  };
  return { kind: 'stdio', name, entry };
}

function unsupportedReason({ disabled, sandboxEnabled }: JsonObject): string | undefined {
  if (disabled === true) return 'is disabled where it stands.';
  if (sandboxEnabled === true) {
    return 'is not yet supported: it would lose the sandbox that the editor runs it in.';
  }
  return undefined;
}

function problemOf({ type, command, args, cwd, env, envFile }: JsonObject): string | undefined {
  if (type !== undefined && type !== 'stdio' && type !== 'local') {
    return `has the unknown type ${JSON.stringify(type)}; write "stdio", "http" or "sse".`;
  }
  if (command === undefined) return 'has no `command`; add the program that starts it.';
  if (typeof command !== 'string' || command.trim() === '') {
    return 'has a `command` that is not a text; write the program that starts it.';
  }
  if (args !== undefined && !isTextList(args)) {
    return 'has `args` that are not a list of texts; write ["…", "…"].';
  }
  if (cwd !== undefined && typeof cwd !== 'string') return 'has a `cwd` that is not a text.';
  if (envFile !== undefined && typeof envFile !== 'string') {
    return 'has an `envFile` that is not a text.';
  }
  return env === undefined ? undefined : problemOfEnv(env);
}

function problemOfEnv(env: unknown): string | undefined {
  if (!isJsonObject(env)) return 'has an `env` that is not an object of texts by name.';
  const bad = Object.entries(env).find(([name, value]) => !isEnvName(name) || !isEnvValue(value));
  if (bad === undefined) return undefined;
  return `has an \`env\` where ${JSON.stringify(bad[0])} is not a text, number or null.`;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isEnvName(name: string): boolean {
  return name !== '' && !name.includes('=') && !name.includes('\0');
}

function isEnvValue(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function textValues(env: JsonObject): Record<string, string | null> {
  const entries = Object.entries(env).map(([name, value]): [string, string | null] => [
    name,
    value === null ? null : String(value),
  ]);
  return Object.fromEntries(entries);
}
