import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type {
  HandOff,
  HttpDefinition,
  Isolation,
  NativeTasks,
  RoutePolicy,
} from '../../brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { countOf, millisecondsOf } from '../numberOption.ts';
import { withUsageErrors } from '../usageError.ts';
import { remoteOf } from './remoteOptions.ts';

/** The upstream's command line, in the form with `-- COMMAND`. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ConnectOptions {
  readonly route: string;
  /** Named by `--workspace`; absent: the cwd tells. */
  readonly workspace?: string;
  readonly policy: RoutePolicy;
  readonly home?: string;
  readonly commandLine?: CommandLine;
  /** Excludes `commandLine`. */
  readonly remote?: HttpDefinition;
}

const HAND_OFFS: readonly HandOff[] = ['auto', 'always', 'never'];

const NATIVE_TASKS: readonly NativeTasks[] = ['never', 'optional', 'required'];

const ISOLATIONS: readonly Isolation[] = ['shared', 'perCall'];

const OPTIONS = {
  route: { type: 'string' },
  workspace: { type: 'string' },
  policy: { type: 'string' },
  'native-tasks': { type: 'string' },
  'hand-off-after': { type: 'string' },
  ttl: { type: 'string' },
  'idle-timeout': { type: 'string' },
  'total-timeout': { type: 'string' },
  'max-live-tasks': { type: 'string' },
  isolation: { type: 'string' },
  url: { type: 'string' },
  transport: { type: 'string' },
  header: { type: 'string', multiple: true },
  'header-env': { type: 'string', multiple: true },
  'redact-key': { type: 'string', multiple: true },
  home: { type: 'string' },
} as const;

/**
 * Reads what follows `connect`; throws `usage` with one line that says what to change. `env` is
 * where `--header-env` looks.
 */
export function parseConnectOptions(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): ConnectOptions {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const { values } = withUsageErrors(() => parseArgs({ args: [...own], options: OPTIONS }));
  const commandLine = end === -1 ? undefined : commandLineOf(argv.slice(end + 1));
  const remote = remoteOf(values, env);
  if (remote !== undefined && commandLine !== undefined) {
    throw usage('A server is at --url or started by the command after --, not both.');
  }
  return {
    route: routeOf(values.route),
    policy: policyOf(values),
    ...(values.workspace === undefined ? {} : { workspace: values.workspace }),
    ...(values.home === undefined ? {} : { home: resolve(values.home) }),
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(remote === undefined ? {} : { remote }),
  };
}

type Lists = 'header' | 'header-env' | 'redact-key';
type Values = { [Name in Exclude<keyof typeof OPTIONS, Lists>]?: string | undefined } & {
  [Name in Lists]?: readonly string[] | undefined;
};

function routeOf(route: string | undefined): string {
  if (route === undefined) throw usage('--route NAME is missing: the name of the server.');
  if (/^[^\p{Cc}]{1,200}$/u.test(route)) return route;
  throw usage('--route takes a name of 1 to 200 characters without control characters.');
}

function policyOf(values: Values): RoutePolicy {
  const policy = HAND_OFFS.find((handOff) => handOff === values.policy);
  if (values.policy !== undefined && policy === undefined) {
    throw usage(`--policy is auto, always or never, not "${values.policy}".`);
  }
  const nativeTasks = nativeTasksOf(values['native-tasks']);
  const isolation = isolationOf(values.isolation);
  const handOffAfterMs = millisecondsOf('hand-off-after', values['hand-off-after']);
  const ttlMs = millisecondsOf('ttl', values.ttl);
  const idleTimeoutMs = millisecondsOf('idle-timeout', values['idle-timeout']);
  const totalTimeoutMs = millisecondsOf('total-timeout', values['total-timeout']);
  const maxLiveTasks = countOf('max-live-tasks', values['max-live-tasks']);
  return {
    ...(policy !== undefined && { policy }),
    ...(nativeTasks !== undefined && { nativeTasks }),
    ...(isolation !== undefined && { isolation }),
    ...(handOffAfterMs !== undefined && { handOffAfterMs }),
    ...(ttlMs !== undefined && { ttlMs }),
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    ...(totalTimeoutMs !== undefined && { totalTimeoutMs }),
    ...(maxLiveTasks !== undefined && { maxLiveTasks }),
    ...(values['redact-key'] !== undefined && { redactKeys: redactKeysOf(values['redact-key']) }),
  };
}

function redactKeysOf(names: readonly string[]): readonly string[] {
  if (names.every((name) => /^(?! )[^\p{Cc}]{1,100}(?<! )$/u.test(name))) return names;
  throw usage('--redact-key takes the name of one argument: 1 to 100 characters.');
}

function nativeTasksOf(value: string | undefined): NativeTasks | undefined {
  const nativeTasks = NATIVE_TASKS.find((known) => known === value);
  if (value === undefined || nativeTasks !== undefined) return nativeTasks;
  throw usage(`--native-tasks is never, optional or required, not "${value}".`);
}

function isolationOf(value: string | undefined): Isolation | undefined {
  const isolation = ISOLATIONS.find((known) => known === value);
  if (value === undefined || isolation !== undefined) return isolation;
  throw usage(`--isolation is shared or perCall, not "${value}".`);
}

function commandLineOf([command, ...args]: readonly string[]): CommandLine {
  if (command === undefined || command === '') {
    throw usage('After -- comes the command that starts the server, with its arguments.');
  }
  return { command, args };
}

function usage(message: string): TaskHandlesError {
  return new TaskHandlesError('usage', message);
}
