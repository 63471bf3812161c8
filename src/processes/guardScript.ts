import { limitMarkScript } from './limitMark.ts';

/**
 * Runs in the upstream's group and waits for the end of the pipe that only the broker holds. It
 * first tells its pid (nobody may be there to hear it: hence no death by PIPE), and outlives what
 * ends the others, so that the group's id is not used anew.
 * (TMOUT would end its waiting in some shells; a folder that it stood in could not be unmounted.)
 */
const GUARD =
  'cd /; unset TMOUT; echo $$ >&3; read -r _ <&3; kill -TERM 0; kill -CONT 0; sleep 0.3; kill -KILL 0; exit 1';

/**
 * What `/bin/sh -c` runs: the guard first, with the signals of the group already ignored, then the
 * upstream in the shell's own place, so that its pid is the group's id. The guard is no child of
 * the upstream (a program that waits for all of its children would wait for it), holds neither
 * its stdout nor its stderr, and does not show the upstream's command as its own.
 */
const LAUNCH =
  "( trap '' HUP INT QUIT TERM PIPE USR1 USR2; " +
  '/bin/sh -c "$1" mcp-task-handles-guard 3<&3 </dev/null >/dev/null 2>&1 & ); ' +
  'shift; exec "$@" 3<&-';

const NEWLINE = 'MCP_TASK_HANDLES_NEWLINE';
const FED = 'MCP_TASK_HANDLES_FED';

/**
 * Some shells drop variables that they could not name themselves (`api-key`, `spring.url`): there
 * /usr/bin/env gives them, and shows them in its command line for the moment that it lives.
 */
const LAUNCH_FED = `${NEWLINE}='\n'; IFS= read -r ${FED} <&3; eval "$${FED}"; ${LAUNCH}`;

export interface GuardedLaunch {
  readonly shell: string;
  readonly args: readonly string[];
  /** What the shell reads first from the guard's pipe; secrets must not stand in a command line. */
  readonly feed: string;
}

export interface LaunchOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Put on the guard and the upstream; `null`: none. */
  readonly limitMark: string | null;
  /** Where it is on this machine; it keeps every variable. */
  readonly bash: string | undefined;
}

/** Its stdin is a socket, so it would take itself for a remote login; and a variable may name a file. */
const READS_NOTHING = ['--norc', '-p'];

export function guardedLaunch(
  command: readonly string[],
  { env, limitMark, bash }: LaunchOptions,
): GuardedLaunch {
  const shell = '/bin/sh';
  const marking = limitMark === null ? '' : limitMarkScript(limitMark);
  const unnameable = Object.entries(env).filter(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  const args = ['-c', marking + LAUNCH, 'sh', GUARD, ...command];
  if (unnameable.length === 0) return { shell, args, feed: '' };
  if (bash !== undefined) return { shell: bash, args: [...READS_NOTHING, ...args], feed: '' };
  const assignments = unnameable.map(([name, value]) => quote(`${name}=${value}`)).join(' ');
  const feed = `shift; set -- ${quote(GUARD)} /usr/bin/env ${assignments} "$@"\n`;
  return { shell, args: ['-c', marking + LAUNCH_FED, 'sh', GUARD, ...command], feed };
}

/** One shell word on one line, whatever the text holds. */
export function quote(text: string): string {
  const inner = text.replaceAll("'", `'\\''`).replaceAll('\n', `'"$${NEWLINE}"'`);
  return `'${inner}'`;
}
