import { isJsonObject, type JsonObject } from '../../common/json.ts';

/** An argument that a tool wants repeated in an HTTP header (2026-07-28, `x-mcp-header`). */
export interface ParamHeader {
  /** Where in the arguments. */
  readonly path: readonly string[];
  /** In lower case, such as `mcp-param-region`. */
  readonly header: string;
}

const ANNOTATION = 'x-mcp-header';
/** RFC 9110, 5.1. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean']);
/** Keywords whose values are data, not schemas. */
const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples']);
const PLAIN = /^$|^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const ENCODED = /^=\?base64\?(.*)\?=$/s;

/** The headers that a tool's input schema asks for; `null`: wrongly, so that nobody may call it. */
export function paramHeadersOf(inputSchema: unknown): readonly ParamHeader[] | null {
  const found: ParamHeader[] = [];
  if (!collect(inputSchema, [], found)) return null;
  return new Set(found.map(({ header }) => header)).size === found.length ? found : null;
}

/** False when an annotation is malformed, or not on a plain property. `path` null: not on one. */
function collect(schema: unknown, path: readonly string[] | null, found: ParamHeader[]): boolean {
  if (!isJsonObject(schema)) return true;
  const name = schema[ANNOTATION];
  if (name !== undefined) {
    if (path === null || path.length === 0 || !TYPES.has(schema.type)) return false;
    if (typeof name !== 'string' || !TOKEN.test(name)) return false;
    found.push({ path, header: `mcp-param-${name.toLowerCase()}` });
  }
  return Object.entries(schema).every(([key, value]) => {
    if (DATA.has(key)) return true;
    if (key === 'properties') return collectProperties(value, path, found);
    return collectBelow(value, found);
  });
}

function collectProperties(
  properties: unknown,
  path: readonly string[] | null,
  found: ParamHeader[],
): boolean {
  if (!isJsonObject(properties)) return true;
  return Object.entries(properties).every(([key, schema]) =>
    collect(schema, path === null ? null : [...path, key], found),
  );
}

/** Below any other keyword an annotation is an error. */
function collectBelow(value: unknown, found: ParamHeader[]): boolean {
  if (Array.isArray(value)) return value.every((item) => collectBelow(item, found));
  return collect(value, null, found);
}

/** What the header must say of the argument; `null`: nothing, there is none. */
export function headerValueOf(argument: unknown): string | null {
  const text = textOf(argument);
  if (text === null) return null;
  if (PLAIN.test(text) && !ENCODED.test(text)) return text;
  return `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

/** Whether a header that came says what the argument is. */
export function isHeaderFor(argument: unknown, header: string | undefined): boolean {
  const text = textOf(argument);
  if (text === null) return true;
  if (header === undefined) return false;
  const given = decodedHeader(header);
  if (given === text) return true;
  const isNumeral = given !== null && /^-?\d+(\.\d+)?$/.test(given);
  return typeof argument === 'number' && isNumeral && Number(given) === argument;
}

/** What is no plain header text comes as `=?base64?…?=`; `null` when that is malformed. */
export function decodedHeader(value: string): string | null {
  const encoded = ENCODED.exec(value)?.[1];
  if (encoded === undefined) return value;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded ? bytes.toString('utf8') : null;
}

/** The argument at a path. */
export function argumentAt(args: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    args,
  );
}

function textOf(argument: unknown): string | null {
  if (typeof argument === 'string') return argument;
  if (typeof argument === 'boolean') return String(argument);
  if (typeof argument !== 'number') return null;
  const isUnsafe = Number.isInteger(argument) && !Number.isSafeInteger(argument);
  return isUnsafe ? null : String(argument);
}

/** A schema that is too deep to be read counts as a wrong one: the tool is left out. */
function scanned(inputSchema: unknown): readonly ParamHeader[] | null {
  try {
    return paramHeadersOf(inputSchema);
  } catch {
    return null;
  }
}

/** The headers of each tool, as the lists that pass tell them. */
export class KnownParamHeaders {
  readonly #byTool = new Map<string, readonly ParamHeader[]>();

  /** The result of a `tools/list` without the tools that nobody may call. */
  learn(result: JsonObject): JsonObject {
    if (!Array.isArray(result.tools)) return result;
    const tools = result.tools.filter((tool) => !isJsonObject(tool) || this.#learnTool(tool));
    return tools.length === result.tools.length ? result : { ...result, tools };
  }

  /** Those of a tool; empty when it has none, or is unknown. */
  of(tool: unknown): readonly ParamHeader[] {
    return (typeof tool === 'string' && this.#byTool.get(tool)) || [];
  }

  #learnTool({ name, inputSchema }: JsonObject): boolean {
    if (typeof name !== 'string') return true;
    const headers = scanned(inputSchema);
    if (headers === null || headers.length === 0) this.#byTool.delete(name);
    else this.#byTool.set(name, headers);
    return headers !== null;
  }
}
