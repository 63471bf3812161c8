import { parseArgs } from 'node:util';
import { TaskHandlesError } from '../../common/errors.ts';
import { type ConnectOptions, parseConnectOptions } from '../connect/connectOptions.ts';

export interface ServeOptions {
  /** Which server, and how its calls are treated: as `connect` has it. */
  readonly connect: ConnectOptions;
  /** 0: any that is free. */
  readonly port: number;
  /** Keeps the token from one run to the next. */
  readonly tokenFile: string | null;
  readonly printToken: boolean;
}

const OWN = {
  port: { type: 'string' },
  'token-file': { type: 'string' },
  'print-token': { type: 'boolean' },
} as const;

const MAX_PORT = 65_535;

/** Reads what follows `serve`; throws `usage` with one line that says what to change. */
export function parseServeOptions(argv: readonly string[]): ServeOptions {
  const end = argv.indexOf('--');
  const options = end === -1 ? argv : argv.slice(0, end);
  const own = takeOwn(options);
  const command = end === -1 ? [] : argv.slice(end);
  return {
    connect: parseConnectOptions([...own.rest, ...command]),
    port: portOf(own.values.port),
    tokenFile: textOf('token-file', own.values['token-file']),
    printToken: own.values['print-token'] === true,
  };
}

type Values = { [Name in keyof typeof OWN]?: string | boolean | undefined };

/** What is ours is taken out; the rest is read as `connect` reads it. */
function takeOwn(args: readonly string[]): { values: Values; rest: string[] } {
  const { values, tokens } = parseArgs({
    args: [...args],
    options: OWN,
    strict: false,
    tokens: true,
  });
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !Object.hasOwn(OWN, token.name)) continue;
    taken.add(token.index);
    if (token.value !== undefined && token.inlineValue === false) taken.add(token.index + 1);
  }
  return { values, rest: args.filter((_, index) => !taken.has(index)) };
}

function portOf(value: string | boolean | undefined): number {
  const text = textOf('port', value);
  if (text === null) return 0;
  if (/^\d{1,5}$/.test(text) && Number(text) <= MAX_PORT) return Number(text);
  throw usage(
    `--port takes a whole number from 0 (any that is free) to ${MAX_PORT}, not "${text}".`,
  );
}

function textOf(name: string, value: string | boolean | undefined): string | null {
  if (value === undefined) return null;
  if (typeof value === 'string' && value !== '') return value;
  throw usage(`--${name} needs a value; see --help.`);
}

function usage(message: string): TaskHandlesError {
  return new TaskHandlesError('usage', message);
}
