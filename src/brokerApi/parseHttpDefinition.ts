import { isJsonObject, type JsonObject } from '../common/json.ts';
import type { HttpDefinition } from './brokerProtocol.ts';

/** RFC 9110, 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^`|~\w-]+$/;
/** What `fetch` takes; a line break would begin another header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A remote server's definition, or what is wrong with it: going on from "The server definition". */
export function parseHttpDefinition(value: JsonObject): HttpDefinition | string {
  const { type = 'http', url, headers = {} } = value;
  if (type !== 'http' && type !== 'sse') return 'has a `url` and a `type` that is not http or sse';
  const problem = problemOfUrl(url) ?? problemOfHeaders(headers);
  if (problem !== null) return problem;
  return { type, url: url as string, headers: headers as Record<string, string> };
}

function problemOfUrl(url: unknown): string | null {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) return 'has a `url` that is none';
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    return 'has a `url` that is not http or https';
  }
  // `fetch` refuses them, naming the whole url.
  if (parsed.username + parsed.password !== '') {
    return 'has a name or password in its `url`: give them by an Authorization header';
  }
  return null;
}

/** Never says a value: it may be a secret. */
function problemOfHeaders(headers: unknown): string | null {
  if (!isJsonObject(headers)) return 'has `headers` that are not a map of strings';
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) return 'has a header whose name is none';
    if (typeof value !== 'string') return `has a header \`${name}\` that is not a string`;
    if (!HEADER_VALUE.test(value)) {
      return `has a header \`${name}\` with a line break or a character that headers cannot hold`;
    }
  }
  return null;
}
