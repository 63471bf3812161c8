import type { Socket } from 'node:net';
import type { ConnectHello, ControlHello } from '../brokerApi/brokerProtocol.ts';
import type { HomePaths } from '../brokerApi/home.ts';
import { systemClock } from '../common/clock.ts';
import { DisposableStore } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import type { Event } from '../common/event.ts';
import { endOrphans, findOrphans } from '../processes/orphans.ts';
import { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import type { ProxyContext } from '../proxy/proxyContext.ts';
import { UpstreamPool } from '../proxy/upstream/upstreamPool.ts';
import { Registry } from '../registry/registry.ts';
import { FileTaskStore } from '../store/fileTaskStore.ts';
import { handleBrokerRequests } from './brokerHandlers.ts';
import type { BrokerLock } from './brokerLock.ts';
import type { BrokerLog } from './brokerLog.ts';
import { serveConnect } from './connectFront.ts';
import type { ControlConnection } from './controlConnection.ts';
import { type ControlDesk, handleTaskRequests } from './controlHandlers.ts';
import { isOwnerAlive, ownerInstance } from './ownerMark.ts';
import { Revoker } from './revoker.ts';
import { RouteTable } from './routeTable.ts';
import { RowFeed } from './rowFeed.ts';
import { TaskRows } from './taskRows.ts';
import { upstreamStarter } from './upstreamStarter.ts';

/** How long a free upstream waits for a window that is reloading. */
const LINGER_MS = 10_000;

/** What the shell of the process gives to what runs in it. */
export interface BrokerContext {
  readonly paths: HomePaths;
  readonly log: BrokerLog;
  /** The store asks it before each write. */
  readonly lock: BrokerLock;
  /** Attached clients. */
  readonly clients: () => number;
  /** Ends the process in order; with `drain` as soon as nothing is live. Returns at once. */
  readonly stop: (options: { drain: boolean }) => void;
}

/** What runs in the process: registry, store, upstreams, and the clients' sessions. */
export interface BrokerParts {
  readonly onControl: (connection: ControlConnection, hello: ControlHello) => void;
  /** The socket is paused; its bytes are MCP lines. */
  readonly onConnect: (socket: Socket, hello: ConnectHello) => void;
  /** Live tasks and calls: they keep the broker alive. */
  readonly liveCount: () => number;
  readonly onDidChangeLive: Event<void>;
  /** Ends what is live and writes what must be kept. Bounded. */
  readonly shutDown: () => Promise<void>;
}

/** Loads what is on disk and puts the parts together; the broker listens when it has resolved. */
export async function createBrokerParts(context: BrokerContext): Promise<BrokerParts> {
  const { log } = context;
  const clock = systemClock;
  const owned = new DisposableStore();
  const store = new FileTaskStore({
    home: context.paths.root,
    log,
    isFenced: () => context.lock.isSuperseded(),
  });
  const registry = owned.add(new Registry({ store, clock, log }));
  await registry.load();
  await registry.loseOrphans(() => false);
  await endSurvivors(log);
  const calls = owned.add(new LiveCalls(clock));
  const routes = owned.add(new RouteTable(clock));
  const rows = new TaskRows(registry, calls, clock);
  const feed = owned.add(new RowFeed(rows, clock));
  feed.follow(registry, calls);
  const start = upstreamStarter(ownerInstance());
  const pool = owned.add(new UpstreamPool({ start, clock, log, lingerMs: LINGER_MS }));
  const revoker = new Revoker({ registry, calls, rows, clock, log });
  const proxy: ProxyContext = {
    registry,
    pool,
    calls,
    clock,
    log,
    revoke: async (request) =>
      void (await revoker.revoke({ ...request, id: request.handle, force: false })),
  };
  const desk: ControlDesk = {
    registry,
    calls,
    rows,
    feed,
    routes,
    revoker,
    clock,
    attachWorkspace: async (workspace, storagePath) => {
      registry.addStored(await store.attachWorkspace(workspace, storagePath));
      await registry.loseOrphans((record) => calls.ofHandle(record.handle) !== undefined);
    },
  };
  return {
    onControl: (connection) => {
      handleBrokerRequests(connection, { context, liveCount: () => calls.size });
      handleTaskRequests(connection, desk);
    },
    onConnect: (socket, hello) => {
      serveConnect(socket, hello, { context: proxy, routes, log }).catch((error: unknown) =>
        log.write('error', `A connection failed: ${messageOf(error)}`, error),
      );
    },
    liveCount: () => calls.size,
    onDidChangeLive: calls.onDidChangeLive,
    shutDown: async () => {
      await pool.shutDown();
      await registry.flush();
      owned.dispose();
    },
  };
}

/** What outlived a dead broker by leaving its group, and so its guard (P13). */
async function endSurvivors(log: BrokerLog): Promise<void> {
  const orphans = findOrphans(isOwnerAlive);
  if (orphans.length === 0) return;
  const { ended, survivors } = await endOrphans(orphans);
  log.write(
    'warn',
    `Ended ${ended} processes of a broker that is gone; ${survivors.length} remain.`,
  );
}
