import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js';

export type ProgressExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

export interface Progress {
  readonly progress: number;
  readonly total: number;
  readonly message: string;
}

/** Tells how far a call is, if its caller has asked for that. */
export async function reportProgress(extra: ProgressExtra, progress: Progress): Promise<void> {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return;
  await extra.sendNotification({
    method: 'notifications/progress',
    params: { ...progress, progressToken },
  });
}
