import { isJsonObject, type JsonObject } from '../common/json.ts';
import type { ConfiguredServer } from './serverEntry.ts';

/** Hosts write the types in several ways. */
const TYPES: Readonly<Record<string, 'http' | 'sse'>> = {
  http: 'http',
  'streamable-http': 'http',
  streamableHttp: 'http',
  sse: 'sse',
};

/** Whether an entry is one of a server that is reached, not started. */
export function isRemoteEntry({ type, url, command }: JsonObject): boolean {
  if (typeof type === 'string') return Object.hasOwn(TYPES, type);
  return type === undefined && command === undefined && url !== undefined;
}

/** Reads an entry of a remote server; its texts still hold their variables. */
export function parseRemoteEntry(name: string, value: JsonObject): ConfiguredServer {
  const { type = 'http', url, headers = {} } = value;
  if (typeof url === 'string' && /^(unix|pipe):/i.test(url)) {
    const reason = 'is not yet supported: only http and https addresses are.';
    return { kind: 'unsupported', name, reason };
  }
  const reason = problemOf(url, headers);
  if (reason !== undefined) return { kind: 'invalid', name, reason };
  const entry = {
    name,
    type: TYPES[String(type)] ?? 'http',
    url: url as string,
    headers: headers as Record<string, string>,
    written: value,
  };
  return { kind: 'remote', name, entry };
}

function problemOf(url: unknown, headers: unknown): string | undefined {
  if (url === undefined) return 'has no `url`; add the address of the server.';
  if (typeof url !== 'string' || url.trim() === '') {
    return 'has a `url` that is not a text; write the address of the server.';
  }
  if (!isJsonObject(headers)) return 'has `headers` that are not an object of texts by name.';
  const bad = Object.entries(headers).find(([, value]) => typeof value !== 'string');
  if (bad === undefined) return undefined;
  return `has \`headers\` where ${JSON.stringify(bad[0])} is not a text.`;
}
