import type { Clock } from '../../../common/clock.ts';
import type { UpstreamChannel } from '../upstreamChannel.ts';
import type { TaskEra } from './handshake.ts';
import { TaskLayer } from './taskLayer.ts';

/** What is known of a server before it is spoken to. */
export interface UpstreamTasksOptions {
  readonly clock: Clock;
  /** What tasks the server has, where that is known without a handshake (a session taken up again). */
  readonly era?: TaskEra;
}

/**
 * Shows a server with tasks of its own, of either generation, as one without: a `tools/call` stays
 * open until the server's task has ended, and is answered with its result or error. A server
 * without tasks is passed through. Stands next to the server, in the server's own dialect.
 */
export function withUpstreamTasks(
  channel: UpstreamChannel,
  options: UpstreamTasksOptions,
): UpstreamChannel {
  return new TaskLayer(channel, options);
}
