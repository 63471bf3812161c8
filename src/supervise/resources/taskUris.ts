/** The list of what is live. */
export const LIVE_URI = 'tasks://live';
export const TASK_TEMPLATE = 'tasks://task/{handle}';

const TASK = /^tasks:\/\/task\/([^/?#]+)$/;

export function taskUri(handle: string): string {
  return `tasks://task/${encodeURIComponent(handle)}`;
}

/** The handle in the URI of a task; `undefined` for any other. */
export function handleInUri(uri: string): string | undefined {
  try {
    const [, handle] = TASK.exec(uri) ?? [];
    return handle === undefined ? undefined : decodeURIComponent(handle);
  } catch {
    return undefined;
  }
}
