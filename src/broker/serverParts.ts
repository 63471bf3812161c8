import { ProcessLedger } from '../brokerApi/processLedger.ts';
import { ownerInstance } from '../processes/ownerMark.ts';
import { UpstreamPool } from '../proxy/upstream/upstreamPool.ts';
import type { PartsBase } from './brokerContext.ts';
import { OwnedUpstreams } from './sweep/ownedUpstreams.ts';
import { upstreamStarter } from './upstreamStarter.ts';
import type { WorkParts } from './workParts.ts';

/** How long a free upstream waits for a window that is reloading. */
const LINGER_MS = 10_000;

/** The servers that this broker has started, and their processes. */
export interface ServerParts {
  readonly pool: UpstreamPool;
  readonly upstreams: OwnedUpstreams;
  readonly ledger: ProcessLedger;
}

/** `beforeExit` comes before anybody hears that a server has gone. */
export function openServers(
  { paths, log, clock, owned }: PartsBase,
  { calls, feed }: WorkParts,
  beforeExit: () => void,
): ServerParts {
  const broker = ownerInstance();
  const ledger = new ProcessLedger(paths.processes, broker);
  const upstreams = new OwnedUpstreams(broker);
  const start = upstreams.watched(upstreamStarter({ broker, ledger, log, beforeExit }));
  const pool = owned.add(new UpstreamPool({ start, clock, log, lingerMs: LINGER_MS }));
  feed.followUse(calls, pool);
  return { pool, upstreams, ledger };
}
