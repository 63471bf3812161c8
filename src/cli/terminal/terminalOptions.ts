import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TaskHandlesError } from '../../common/errors.ts';
import { millisecondsOf } from '../numberOption.ts';
import { withUsageErrors } from '../usageError.ts';

export type TerminalCommand =
  | 'list'
  | 'status'
  | 'wait'
  | 'result'
  | 'revoke'
  | 'pause'
  | 'resume'
  | 'extend'
  | 'answer'
  | 'audit'
  | 'accept-new-work'
  | 'panic'
  | 'broker'
  | 'doctor';

export interface TerminalOptions {
  readonly command: TerminalCommand | 'help' | 'version';
  /** Handles, or the word after `broker`. */
  readonly operands: readonly string[];
  readonly home: string | undefined;
  readonly json: boolean;
  readonly all: boolean;
  readonly workspace: string | undefined;
  readonly route: string | undefined;
  readonly conversation: string | undefined;
  readonly timeoutMs: number | undefined;
  /** How much time to add. */
  readonly byMs: number | undefined;
  readonly reason: string | undefined;
  readonly force: boolean;
  readonly drain: boolean;
  readonly verify: boolean;
  readonly mend: boolean;
  /** Which question, where a task asks several. */
  readonly key: string | undefined;
  /** JSON texts. */
  readonly accept: string | undefined;
  readonly response: string | undefined;
  readonly decline: boolean;
  readonly cancel: boolean;
}

const OPTIONS = {
  home: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  all: { type: 'boolean' },
  workspace: { type: 'string' },
  route: { type: 'string' },
  conversation: { type: 'string' },
  timeout: { type: 'string' },
  by: { type: 'string' },
  reason: { type: 'string' },
  force: { type: 'boolean' },
  drain: { type: 'boolean' },
  verify: { type: 'boolean' },
  mend: { type: 'boolean' },
  key: { type: 'string' },
  accept: { type: 'string' },
  response: { type: 'string' },
  decline: { type: 'boolean' },
  cancel: { type: 'boolean' },
} as const;

const EVERYWHERE = ['home', 'json', 'help', 'version'];

/** Which part of all work `revoke --all` is about. */
const SCOPE_OPTIONS = ['route', 'workspace', 'conversation'];

/** What each command takes: how many operands, and which options beside those of all commands. */
const COMMANDS: Record<TerminalCommand, { operands: [number, number]; options: string[] }> = {
  list: { operands: [0, 0], options: ['all', 'workspace'] },
  status: { operands: [1, 1], options: [] },
  wait: { operands: [1, 1], options: ['timeout'] },
  result: { operands: [1, 1], options: [] },
  revoke: {
    operands: [0, Number.POSITIVE_INFINITY],
    options: ['all', 'reason', 'force', ...SCOPE_OPTIONS],
  },
  pause: { operands: [1, 1], options: [] },
  resume: { operands: [1, 1], options: [] },
  'accept-new-work': { operands: [0, 1], options: [] },
  panic: { operands: [0, 0], options: ['reason'] },
  extend: { operands: [1, 1], options: ['by'] },
  answer: { operands: [1, 1], options: ['key', 'accept', 'response', 'decline', 'cancel'] },
  audit: { operands: [0, 1], options: ['verify'] },
  broker: { operands: [1, 1], options: ['drain'] },
  doctor: { operands: [0, 0], options: ['mend'] },
};

/** Reads a command line; throws `usage` with one line that says what to change. */
export function parseTerminalOptions(argv: readonly string[]): TerminalOptions {
  const parsed = withUsageErrors(() =>
    parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true }),
  );
  const { values, positionals } = parsed;
  const [word, ...operands] = positionals;
  const command = values.help ? 'help' : values.version ? 'version' : commandOf(word);
  if (command !== 'help' && command !== 'version') {
    checkOptions(command, Object.keys(values));
    if (command === 'revoke') checkScope(values);
    checkOperands(command, { operands, isAll: values.all === true });
  }
  return {
    command,
    operands,
    home: values.home === undefined ? undefined : resolve(values.home),
    json: values.json === true,
    all: values.all === true,
    workspace: values.workspace,
    route: values.route,
    conversation: values.conversation,
    timeoutMs: millisecondsOf('timeout', values.timeout),
    byMs: millisecondsOf('by', values.by),
    reason: values.reason,
    force: values.force === true,
    drain: values.drain === true,
    verify: values.verify === true,
    mend: values.mend === true,
    key: values.key,
    accept: values.accept,
    response: values.response,
    decline: values.decline === true,
    cancel: values.cancel === true,
  };
}

function commandOf(word: string | undefined): TerminalCommand | 'help' {
  if (word === 'help') return word;
  if (word !== undefined && Object.hasOwn(COMMANDS, word)) return word as TerminalCommand;
  const what = word === undefined ? 'A command is missing' : `"${word}" is not a command`;
  throw usage(
    `${what}; use connect, serve, supervise, ${Object.keys(COMMANDS).join(', ')}, or --help.`,
  );
}

function checkOptions(command: TerminalCommand, given: readonly string[]): void {
  const taken = [...EVERYWHERE, ...COMMANDS[command].options];
  const wrong = given.find((name) => !taken.includes(name));
  if (wrong !== undefined) throw usage(`${command} does not take --${wrong}; see --help.`);
}

function checkScope(values: Readonly<Record<string, unknown>>): void {
  const scope = SCOPE_OPTIONS.filter((name) => values[name] !== undefined);
  const empty = scope.find((name) => values[name] === '');
  if (empty !== undefined) throw usage(`--${empty} takes a name that is not empty.`);
  if (scope.length > 0 && values.all !== true) {
    throw usage(`revoke takes --${scope[0]} with --all only.`);
  }
  if (scope.length > 1 && scope.includes('conversation')) {
    throw usage('A chat is named by --conversation alone.');
  }
}

function checkOperands(
  command: TerminalCommand,
  { operands, isAll }: { operands: readonly string[]; isAll: boolean },
): void {
  const [least, most] = COMMANDS[command].operands;
  if (command === 'revoke' && operands.length > 0 === isAll) {
    throw usage('revoke takes handles, or --all, and not both.');
  }
  if (command === 'broker' && !['status', 'stop'].includes(operands[0] ?? '')) {
    throw usage('broker takes status or stop.');
  }
  if (operands.length < least) throw usage(`${command} needs a handle (th_…); see list.`);
  if (operands.length > most) throw usage(`${command} does not take "${operands[most]}".`);
}

function usage(message: string): TaskHandlesError {
  return new TaskHandlesError('usage', message);
}
