import { readFile } from 'node:fs/promises';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { messageOf, systemCodeOf } from '../common/errors.ts';
import { isJsonObject, type JsonObject } from '../common/json.ts';
import { disabledEntries } from './disabledEntry.ts';
import type { HostConfigFile } from './hostConfigFile.ts';
import { parseInput } from './parseInput.ts';
import { parseServerEntry } from './parseServerEntry.ts';
import type { ConfiguredServer, HostConfig, InputDefinition } from './serverEntry.ts';

const NOTHING: HostConfig = {
  servers: [],
  disabled: [],
  inputs: [],
  problems: [],
  isReadable: true,
};

/** Reads a file of a host. Never throws: what cannot be used is a line in `problems`. */
export async function readHostConfig(file: HostConfigFile): Promise<HostConfig> {
  try {
    return parseHostConfig(await readFile(file.path, 'utf8'), file);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return NOTHING;
    return unreadable(`${file.label}: it cannot be read (${messageOf(error)}).`);
  }
}

/** Reads the text of a host's file: JSON with comments and trailing commas. */
export function parseHostConfig(
  text: string,
  file: Pick<HostConfigFile, 'kind' | 'label'>,
): HostConfig {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (plain.trim() === '') return NOTHING;
  const errors: ParseError[] = [];
  const root: unknown = parse(plain, errors, { allowTrailingComma: true });
  const [error] = errors;
  // Half an entry could be a command that nobody wrote, so nothing of a broken file is used.
  if (error !== undefined) return unreadable(`${file.label}${syntaxLine(plain, error)}`);
  if (!isJsonObject(root)) return unreadable(`${file.label}: it holds no JSON object.`);
  const config = parseRoot(root, file);
  return file.kind === 'root' ? config : { ...config, disabled: disabledIn(plain, config) };
}

function parseRoot(root: JsonObject, file: Pick<HostConfigFile, 'kind' | 'label'>): HostConfig {
  const [key, otherKey] =
    file.kind === 'root' ? ['mcpServers', 'servers'] : ['servers', 'mcpServers'];
  if (root[key] === undefined && root[otherKey] !== undefined) {
    return unreadable(`${file.label}: its servers stand under "${otherKey}"; write "${key}".`);
  }
  const { servers, problems } = parseServers(root[key] ?? {}, `"${key}"`);
  const inputs = parseInputs(root.inputs ?? []);
  return {
    servers,
    disabled: [],
    inputs: inputs.inputs,
    problems: [...problems, ...inputs.problems].map((problem) => `${file.label}: ${problem}`),
    isReadable: true,
  };
}

function disabledIn(text: string, { servers }: HostConfig): ConfiguredServer[] {
  const on = new Set(servers.map(({ name }) => name));
  return disabledEntries(text)
    .filter(({ name }) => !on.has(name))
    .map(({ name, value }) => parseServerEntry(name, value));
}

/** Reads a map of servers by name; one that is wrong hides no other. */
export function parseServers(
  value: unknown,
  where: string,
): { servers: ConfiguredServer[]; problems: string[] } {
  if (!isJsonObject(value)) {
    return { servers: [], problems: [`${where} is not an object of servers by name.`] };
  }
  const servers = Object.entries(value).map(([name, entry]) => parseServerEntry(name, entry));
  const problems = servers.flatMap((server) =>
    server.kind === 'invalid' ? [`server \`${server.name}\`: ${server.reason}`] : [],
  );
  return { servers, problems };
}

function parseInputs(value: unknown): { inputs: InputDefinition[]; problems: string[] } {
  if (!Array.isArray(value)) return { inputs: [], problems: ['"inputs" is not a list.'] };
  const parsed = value.map(parseInput);
  return {
    inputs: parsed.flatMap((one) => ('input' in one ? [one.input] : [])),
    problems: parsed.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  };
}

function unreadable(problem: string): HostConfig {
  return { ...NOTHING, problems: [problem], isReadable: false };
}

function syntaxLine(text: string, { offset, error }: ParseError): string {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `:${before.length}:${column}: it is not valid JSON (${inWords(printParseErrorCode(error))}); correct it there.`;
}

/** `CloseBraceExpected` → `close brace expected`. */
function inWords(name: string): string {
  return name.replace(/\B[A-Z]/g, ' $&').toLowerCase();
}
