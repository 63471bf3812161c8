import { systemClock } from '../common/clock.ts';
import { DisposableStore } from '../common/disposable.ts';
import type { Event } from '../common/event.ts';
import type { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import type { ProxyContext } from '../proxy/proxyContext.ts';
import type { Registry } from '../registry/registry.ts';
import { isFindable } from '../registry/remoteWork.ts';
import type { FileTaskStore } from '../store/fileTaskStore.ts';
import { authorityOf } from './authority/authority.ts';
import { type AuthorityParts, openAuthority } from './authority/authorityParts.ts';
import { createWorkGate } from './authority/workGate.ts';
import type { BrokerContext, PartsBase } from './brokerContext.ts';
import { type EndingParts, openEnding } from './ending/endingParts.ts';
import { Pauser } from './ending/pauser.ts';
import type { Revoker } from './ending/revoker.ts';
import { type Fronts, frontsOf } from './fronts.ts';
import { HttpFronts } from './httpFronts.ts';
import { Notices } from './notices.ts';
import { Reattacher } from './reattacher.ts';
import { openRecords, type RecordParts } from './recordParts.ts';
import { openServers, type ServerParts } from './serverParts.ts';
import { brokerSweeper } from './sweep/brokerSweeper.ts';
import { openWork, type WorkParts } from './workParts.ts';

const STOPPED_NOTE =
  'The broker was stopped, and the process that did the work with it; how the call ended is unknown.';

/** What runs in the process: registry, store, upstreams, and the clients' sessions. */
export interface BrokerParts extends Fronts {
  /** Live tasks and calls: they keep the broker alive. */
  readonly liveCount: () => number;
  readonly onDidChangeLive: Event<void>;
  /** Ends what is live and writes what must be kept. Bounded. */
  readonly shutDown: () => Promise<void>;
}

type AllParts = RecordParts & AuthorityParts & WorkParts & ServerParts & EndingParts;

/** Loads what is on disk and puts the parts together; the broker listens when it has resolved. */
export async function createBrokerParts(context: BrokerContext): Promise<BrokerParts> {
  const { paths, log } = context;
  const owned = new DisposableStore();
  const isFenced = () => context.lock.isSuperseded();
  const base = { paths, log, clock: systemClock, owned, notices: new Notices(log), isFenced };
  const records = await openRecords(base);
  const authority = openAuthority(base, records.audit);
  const work = openWork(base, records);
  const servers = openServers(base, work, () => ending.killSwitch.check());
  const ending: EndingParts = openEnding(base, { ...records, ...authority, ...work });
  const parts = { ...records, ...authority, ...work, ...servers, ...ending };
  const { registry, calls } = parts;
  const reattacher = owned.add(new Reattacher({ ...base, ...parts }, work.routes));
  reattacher.takeUp();
  ending.killSwitch.check();
  const proxy = proxyContext(base, parts);
  const isBusy = () => ending.revoker.isEnding;
  const sweeper = owned.add(brokerSweeper({ ...base, ...parts, isBusy }));
  const httpFronts = owned.add(new HttpFronts(proxy, work.routes));
  const attachWorkspace = workspaceAttacher({ ...records, calls, reattacher });
  const served = { ...base, ...parts, proxy, httpFronts, sweeper, attachWorkspace };
  return {
    ...frontsOf(context, served),
    liveCount: () => calls.size,
    onDidChangeLive: calls.onDidChangeLive,
    shutDown: async () => {
      await registry.loseOrphans(isFindable, STOPPED_NOTE);
      registry.seal();
      await servers.pool.shutDown();
      servers.ledger.close();
      await Promise.all([registry.flush(), records.time.flush(), authority.adminPolicy.flush()]);
      owned.dispose();
    },
  };
}

function proxyContext({ clock, log }: PartsBase, parts: AllParts): ProxyContext {
  const { registry, calls, pool, learned, predecessors, keyed, questions, unended } = parts;
  const { time, locks, refusals, killSwitch, revoker } = parts;
  return {
    registry,
    pool,
    calls,
    learned,
    predecessors,
    keyed,
    questions,
    unended,
    clock,
    outlook: time.outlook,
    authority: authorityOf({ locks, work: createWorkGate({ killSwitch, refusals, clock }) }),
    log,
    pausing: new Pauser(registry, calls),
    revoke: revokeByHandle(revoker),
  };
}

/** An agent's door: never by force. */
function revokeByHandle(revoker: Revoker): ProxyContext['revoke'] {
  return async ({ handle, door, note }) => {
    await revoker.revoke({ id: handle, door, note, force: false });
  };
}

interface AttachParts {
  readonly store: FileTaskStore;
  readonly registry: Registry;
  readonly calls: LiveCalls;
  readonly reattacher: Reattacher;
}

/** Records found with a workspace are taken in; those that claim to be live have nobody (P5). */
function workspaceAttacher({ store, registry, calls, reattacher }: AttachParts) {
  return async (workspace: string, storagePath: string | null): Promise<void> => {
    registry.addStored(await store.attachWorkspace(workspace, storagePath));
    reattacher.takeUp();
    await registry.loseOrphans((record) => calls.ofHandle(record.handle) !== undefined);
  };
}
