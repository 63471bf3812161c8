import type { ServerDefinition } from '../../brokerApi/brokerProtocol.ts';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import type { RemoteWork } from '../../registry/taskRecord.ts';
import type { EraMemory } from './eras/eraMemory.ts';
import { speakLegacy } from './eras/speakLegacy.ts';
import { speakModern } from './eras/speakModern.ts';
import type { Opening } from './opening.ts';
import { withUpstreamTasks } from './tasks/withUpstreamTasks.ts';
import type { StartUpstream, UpstreamChannel } from './upstreamChannel.ts';
import { definitionKey } from './upstreamKey.ts';

/** What servers are opened with, whatever they speak. */
export interface OpenServerOptions {
  readonly start: StartUpstream;
  readonly definition: ServerDefinition;
  /** Unique in this broker. */
  readonly id: string;
  /** Its name for people. */
  readonly route: string;
  readonly opening: Opening;
  /** Work of an earlier connection: nobody opens anything, and the server's dialect is spoken. */
  readonly resume?: RemoteWork;
  readonly clock: Clock;
  readonly log: Log;
  /** What is known of servers that were opened before. */
  readonly eras: EraMemory;
}

/**
 * Opens a server and puts around it what must stand between it and a client that opens so
 * (decision 12). Rejects as `StartUpstream` does; nothing is left behind then.
 */
export async function openServer(options: OpenServerOptions): Promise<UpstreamChannel> {
  const { start, definition, id, route, opening, resume, clock, log, eras } = options;
  if (resume !== undefined) return await openAgain(options, resume);
  const open = async () => withUpstreamTasks(await start(definition, { id, route }), { clock });
  const known = eras.of(definitionKey(definition), opening.dialect);
  const channel = await open();
  if (opening.dialect === 'legacy') return speakLegacy(channel, { clock, log, known });
  return await speakModern({ channel, restart: open, opening, clock, known });
}

async function openAgain(
  { start, definition, id, route, clock }: OpenServerOptions,
  work: RemoteWork,
): Promise<UpstreamChannel> {
  const channel = await start(definition, { id, route, resume: work });
  return withUpstreamTasks(channel, { clock, era: work.taskId === null ? null : work.era });
}
