/** Local codes: strings for programs. They never go on the MCP wire, where codes are numbers. */
export type ErrorCode =
  | 'usage'
  | 'no_such_handle'
  | 'handle_expired'
  | 'no_broker'
  | 'broker_start_failed'
  | 'broker_refused'
  | 'home_not_writable'
  | 'socket_path_too_long'
  | 'lock_held'
  | 'lock_lost'
  | 'store_failed'
  | 'invalid_definition'
  | 'command_not_found'
  | 'upstream_start_failed'
  | 'upstream_exit'
  | 'link_lost'
  | 'unknown_route'
  | 'port_unavailable'
  | 'invalid_message'
  | 'not_supported'
  | 'work_refused'
  | 'locked_by_admin'
  | 'internal';

/**
 * A failure with a code for programs, one sentence for people (what happened, what to do),
 * and a cause for logs.
 */
export class TaskHandlesError extends Error {
  override readonly name = 'TaskHandlesError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** By shape, not by class: an error may come from another of our bundles. */
  static is(error: unknown, code?: ErrorCode): error is TaskHandlesError {
    if (!(error instanceof Error) || error.name !== 'TaskHandlesError') return false;
    return code === undefined || systemCodeOf(error) === code;
  }
}

/** One line for a person, whatever was thrown. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}

/** The `code` of a Node system error, such as `ENOENT`. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
