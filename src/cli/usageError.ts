import { messageOf, systemCodeOf, TaskHandlesError } from '../common/errors.ts';

/** Runs a parser of `node:util` and turns its complaints into one line of ours. */
export function withUsageErrors<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    const complaint = messageOf(error).split('. ', 1)[0] ?? '';
    throw new TaskHandlesError('usage', `${complaint.replace(/\.$/, '')}; see --help.`, {
      cause: error,
    });
  }
}
