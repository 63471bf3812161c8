import { basename, sep } from 'node:path';
import type { NamedFolder } from './hostConfigFile.ts';

/** What variables stand for. The callbacks answer `undefined` when there is no value. */
export interface VariableContext {
  /** The folder that `${workspaceFolder}` means; `null` in an empty window. */
  readonly folder: NamedFolder | null;
  readonly folders: readonly NamedFolder[];
  readonly userHome: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether `${NAME}` and `${NAME:-default}` mean the environment, as in `.mcp.json`. */
  readonly hasPlainEnv: boolean;
  input(id: string): Promise<string | undefined>;
  config(key: string): string | undefined;
  command(id: string): Promise<string | undefined>;
}

export interface ResolvedText {
  readonly text: string;
  readonly problems: readonly string[];
}

type Value = { readonly value: string } | { readonly problem: string };

const VARIABLE = /\$\{([^{}]+)\}/g;
const PLAIN_ENV = /^([A-Za-z_]\w*)(?::-(.*))?$/;

/** Puts the values of variables into a text, once: a value that holds `${…}` is left as it is. */
export async function resolveVariables(
  text: string,
  context: VariableContext,
): Promise<ResolvedText> {
  const problems: string[] = [];
  let resolved = '';
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const found = await lookUp(match[1] ?? '', context);
    resolved += text.slice(end, match.index);
    if ('value' in found) resolved += found.value;
    else problems.push(found.problem);
    end = match.index + match[0].length;
  }
  return { text: resolved + text.slice(end), problems };
}

async function lookUp(variable: string, context: VariableContext): Promise<Value> {
  const colon = variable.indexOf(':');
  const name = colon === -1 ? variable : variable.slice(0, colon);
  const argument = colon === -1 ? undefined : variable.slice(colon + 1);
  if (argument === undefined) {
    return fixedValue(name, context) ?? plainEnv(variable, context) ?? unknown(variable);
  }
  const value = await askedValue(name, argument, context);
  return value ?? plainEnv(variable, context) ?? unknown(variable);
}

function fixedValue(name: string, { folder, userHome }: VariableContext): Value | undefined {
  if (name === 'userHome') return { value: userHome };
  if (name === 'pathSeparator' || name === '/') return { value: sep };
  if (name !== 'workspaceFolder' && name !== 'workspaceFolderBasename') return undefined;
  if (folder === null) return { problem: `\`\${${name}}\` has no value: no folder is open.` };
  return { value: name === 'workspaceFolder' ? folder.path : basename(folder.path) };
}

async function askedValue(
  name: string,
  argument: string,
  context: VariableContext,
): Promise<Value | undefined> {
  switch (name) {
    case 'env':
      // As in the editor: a variable that is not set is empty.
      return { value: context.env[argument] ?? '' };
    case 'workspaceFolder':
    case 'workspaceFolderBasename':
      return folderNamed(name, argument, context);
    case 'input':
      return told(
        await context.input(argument),
        `input \`${argument}\` has no value; define it under "inputs".`,
      );
    case 'config':
      return told(context.config(argument), `setting \`${argument}\` has no value.`);
    case 'command':
      return told(await context.command(argument), `command \`${argument}\` gave no text.`);
    default:
      return undefined;
  }
}

function folderNamed(variable: string, name: string, { folders }: VariableContext): Value {
  const found = folders.find((folder) => folder.name === name);
  if (found === undefined) return { problem: `there is no workspace folder \`${name}\`.` };
  return { value: variable === 'workspaceFolder' ? found.path : basename(found.path) };
}

function plainEnv(variable: string, { hasPlainEnv, env }: VariableContext): Value | undefined {
  if (!hasPlainEnv) return undefined;
  const [, name, fallback] = PLAIN_ENV.exec(variable) ?? [];
  if (name === undefined) return undefined;
  const value = env[name] ?? fallback;
  return told(value, `environment variable \`${name}\` is not set.`);
}

function told(value: string | undefined, problem: string): Value {
  return value === undefined ? { problem } : { value };
}

function unknown(variable: string): Value {
  return { problem: `\`\${${variable}}\` is not a variable that can be resolved here.` };
}
