import { isAbsolute } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, TaskHandlesError } from '../common/errors.ts';

export interface BrokerArguments {
  readonly home: string | undefined;
  readonly idleExitMs: number;
  /** What its starter knows this start by. */
  readonly startId: string | undefined;
}

const IDLE_EXIT_MS = 60_000;
/** What a timer can hold; beyond it fires at once. */
const LONGEST_MS = 2_147_483_647;

/** The command line of the broker: `--home DIR --idle-exit-ms N --start-id ID`. Throws `usage`. */
export function parseBrokerArguments(args: readonly string[]): BrokerArguments {
  const { home, 'idle-exit-ms': idle, 'start-id': startId } = parsed(args);
  if (home !== undefined && !isAbsolute(home)) {
    throw new TaskHandlesError('usage', `--home must be an absolute path, not ${home}.`);
  }
  const idleExitMs = idle === undefined ? IDLE_EXIT_MS : Number(idle);
  if (!Number.isInteger(idleExitMs) || idleExitMs < 0 || idleExitMs > LONGEST_MS) {
    throw new TaskHandlesError('usage', `--idle-exit-ms must be a number of ms, not ${idle}.`);
  }
  return { home, idleExitMs, startId };
}

const OPTIONS = {
  home: { type: 'string' },
  'idle-exit-ms': { type: 'string' },
  'start-id': { type: 'string' },
} as const;

function parsed(args: readonly string[]): { [Name in keyof typeof OPTIONS]?: string } {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new TaskHandlesError('usage', messageOf(error), { cause: error });
  }
}
