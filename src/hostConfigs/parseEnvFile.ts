export interface ParsedEnvFile {
  readonly env: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

const NAME = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*/;
const QUOTED = /^(["'`])([\s\S]*?)(?<!\\)\1[^\S\n]*(?:#[^\n]*)?(?=\n|$)/;

/**
 * Reads the dotenv format: `NAME=value`, quotes (over several lines, too), `#` comments. Node's own
 * reader swallows the line after a bad one, and tells nobody.
 */
export function parseEnvFile(text: string): ParsedEnvFile {
  const env: Record<string, string> = {};
  const problems: string[] = [];
  let rest = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  for (let line = 1; rest !== ''; ) {
    const { taken, name, value } = takeEntry(rest);
    const isBlank = /^\s*(#|$)/.test(taken);
    if (name !== undefined) env[name] = value;
    else if (!isBlank) problems.push(`line ${line} is not NAME=value; it is ignored.`);
    line += taken.split('\n').length;
    rest = rest.slice(taken.length + 1);
  }
  return { env, problems };
}

interface Entry {
  readonly taken: string;
  readonly name?: string;
  readonly value: string;
}

function takeEntry(rest: string): Entry {
  const end = rest.indexOf('\n');
  const line = end === -1 ? rest : rest.slice(0, end);
  const start = NAME.exec(line);
  const name = start?.[1];
  if (start === null || name === undefined) return { taken: line, value: '' };
  const quoted = QUOTED.exec(rest.slice(start[0].length));
  if (quoted === null) return { taken: line, name, value: bareValue(line.slice(start[0].length)) };
  const taken = rest.slice(0, start[0].length + quoted[0].length);
  return { taken, name, value: quotedValue(quoted[1] ?? '', quoted[2] ?? '') };
}

function bareValue(text: string): string {
  return text.replace(/(^|\s)#.*$/, '').trim();
}

function quotedValue(quote: string, text: string): string {
  if (quote !== '"') return text;
  return text.replace(/\\([nrt"\\])/g, (_, mark: string) => ESCAPES[mark] ?? mark);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
