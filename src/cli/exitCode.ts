import { TaskHandlesError } from '../common/errors.ts';

/** What the process tells its caller; part of the contract with scripts. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  noSuchHandle: 3,
  noBroker: 4,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The exit code of a failure, by its local code. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!TaskHandlesError.is(error)) return ExitCode.failed;
  switch (error.code) {
    case 'usage':
      return ExitCode.usage;
    case 'no_such_handle':
    case 'handle_expired':
      return ExitCode.noSuchHandle;
    case 'no_broker':
    case 'broker_start_failed':
      return ExitCode.noBroker;
    default:
      return ExitCode.failed;
  }
}
