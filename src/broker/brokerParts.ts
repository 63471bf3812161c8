import type { Socket } from 'node:net';
import { adminPolicyPath } from '../brokerApi/adminPolicyFile.ts';
import type { ConnectHello, ControlHello } from '../brokerApi/brokerProtocol.ts';
import type { HomePaths } from '../brokerApi/home.ts';
import { readPanics } from '../brokerApi/panicJournal.ts';
import { ProcessLedger } from '../brokerApi/processLedger.ts';
import { systemClock } from '../common/clock.ts';
import { DisposableStore } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import type { Event } from '../common/event.ts';
import { ownerInstance } from '../processes/ownerMark.ts';
import { KeyedTasks } from '../proxy/downstream/keyedTasks.ts';
import { LearnedHandOffs } from '../proxy/downstream/learnedHandOffs.ts';
import { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import { Predecessors } from '../proxy/downstream/predecessors.ts';
import { TaskQuestions } from '../proxy/downstream/taskQuestions.ts';
import { UnendedWork } from '../proxy/downstream/unendedWork.ts';
import type { ProxyContext } from '../proxy/proxyContext.ts';
import { UpstreamPool } from '../proxy/upstream/upstreamPool.ts';
import type { AuditTrail } from '../registry/auditTrail.ts';
import { Registry } from '../registry/registry.ts';
import { isFindable } from '../registry/remoteWork.ts';
import { Retention } from '../registry/retention.ts';
import { settleAudit } from '../registry/settleAudit.ts';
import { AuditFiles } from '../store/auditFiles.ts';
import { damageText } from '../store/damage.ts';
import { FileTaskStore } from '../store/fileTaskStore.ts';
import { AdminPolicy } from './adminPolicy.ts';
import { handleAuditRequests } from './auditHandlers.ts';
import { authorityOf } from './authority.ts';
import { handleBrokerRequests } from './brokerHandlers.ts';
import type { BrokerLock } from './brokerLock.ts';
import type { BrokerLog } from './brokerLog.ts';
import { serveConnect } from './connectFront.ts';
import type { ControlConnection } from './controlConnection.ts';
import { type ControlDesk, handleTaskRequests } from './controlHandlers.ts';
import { controlPrincipal } from './controlPrincipal.ts';
import { DeadlineDesk } from './deadlineDesk.ts';
import { handleFrontRequests } from './frontHandlers.ts';
import { HttpFronts } from './httpFronts.ts';
import { KillSwitch } from './killSwitch.ts';
import { handleLockRequests } from './lockHandlers.ts';
import { Notices } from './notices.ts';
import { revokePanicked } from './panicMerge.ts';
import { handlePauseRequests } from './pauseHandlers.ts';
import { Pauser } from './pauser.ts';
import { handleQuestionRequests } from './questionHandlers.ts';
import { Reattacher } from './reattacher.ts';
import { Revoker } from './revoker.ts';
import { RouteTable } from './routeTable.ts';
import { RowFeed } from './rowFeed.ts';
import { endSurvivors } from './survivors.ts';
import { brokerSweeper } from './sweep/brokerSweeper.ts';
import { handleDoctorRequests } from './sweep/doctorHandlers.ts';
import { OwnedUpstreams } from './sweep/ownedUpstreams.ts';
import type { Sweeper } from './sweep/sweeper.ts';
import { TaskRows } from './taskRows.ts';
import { createTaskTime } from './taskTime.ts';
import { upstreamStarter } from './upstreamStarter.ts';
import { createWorkGate } from './workGate.ts';
import { handleWorkRequests } from './workHandlers.ts';
import { WorkRefusals } from './workRefusals.ts';

const STOPPED_NOTE =
  'The broker was stopped, and the process that did the work with it; how the call ended is unknown.';

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
  const { log, lock, paths } = context;
  const clock = systemClock;
  const owned = new DisposableStore();
  const notices = new Notices(log);
  const isFenced = () => lock.isSuperseded();
  const lockOptions = { path: adminPolicyPath(), copy: paths.adminCopy, clock, log };
  const adminPolicy = owned.add(new AdminPolicy({ ...lockOptions, notices, isFenced }));
  const locks = () => adminPolicy.locks;
  const store = new FileTaskStore({
    home: paths.root,
    log,
    isFenced,
    onDamage: (report) => notices.add('warn', damageText(report)),
  });
  const audit = new AuditFiles({ folder: paths.audit, log, isFenced });
  const registry = owned.add(new Registry({ store, archive: store, audit, clock, log }));
  await recover(registry, audit, context);
  const refused = { folder: paths.refusals, locked: adminPolicy.refusalBefore };
  const refusals = owned.add(new WorkRefusals({ ...refused, audit, clock, log }));
  refusals.setLocked(adminPolicy.refusal);
  owned.add(adminPolicy.onDidChange(() => refusals.setLocked(adminPolicy.refusal)));
  owned.add(new Retention({ registry, archive: store, clock, log, time: registry.time }));
  const calls = owned.add(new LiveCalls(clock));
  const keyed = new KeyedTasks(registry);
  const predecessors = owned.add(new Predecessors(clock));
  const routes = owned.add(new RouteTable(clock));
  const timeOptions = { registry, clock, log, path: paths.durations, isFenced };
  const time = owned.add(await createTaskTime(timeOptions));
  const { outlook } = time;
  const questions = owned.add(new TaskQuestions(registry, log));
  const unended = owned.add(new UnendedWork());
  const rows = new TaskRows(registry, calls, { clock, outlook, questions, unended });
  const feed = owned.add(new RowFeed(rows, clock));
  feed.follow(registry, calls, questions, unended);
  const broker = ownerInstance();
  const ledger = new ProcessLedger(paths.processes, broker);
  const upstreams = new OwnedUpstreams(broker);
  const starter = { broker, ledger, log, beforeExit: () => killSwitch.check() };
  const start = upstreams.watched(upstreamStarter(starter));
  const pool = owned.add(new UpstreamPool({ start, clock, log, lingerMs: LINGER_MS }));
  feed.followUse(calls, pool);
  const revoker = new Revoker({ registry, audit, calls, rows, unended, clock, log });
  const revoke = revokeByHandle(revoker);
  const { panics } = paths;
  const switching = { registry, calls, revoker, unended, refusals, panics, clock, log };
  const killSwitch = owned.add(new KillSwitch(switching));
  const deadlineOptions = { registry, deadlines: time.deadlines, revoker, rows, log, locks };
  const deadlines = owned.add(new DeadlineDesk(deadlineOptions));
  const reattaching = { registry, calls, pool, questions, clock, log };
  const reattacher = owned.add(new Reattacher(reattaching, routes));
  reattacher.takeUp();
  killSwitch.check();
  const attachWorkspace = workspaceAttacher({ store, registry, calls, reattacher });
  const proxy: ProxyContext = {
    registry,
    pool,
    calls,
    learned: new LearnedHandOffs(),
    predecessors,
    keyed,
    questions,
    unended,
    clock,
    outlook,
    authority: authorityOf({ locks, work: createWorkGate({ killSwitch, refusals }) }),
    log,
    pausing: new Pauser(registry, calls),
    revoke,
  };
  const left = { paths, store, upstreams, registry, calls, clock, log, isFenced };
  const sweeper = owned.add(brokerSweeper({ ...left, isBusy: () => revoker.isEnding }));
  const httpFronts = owned.add(new HttpFronts(proxy, routes));
  return {
    ...fronts(context, {
      proxy,
      httpFronts,
      desk: {
        registry,
        calls,
        rows,
        feed,
        routes,
        revoker,
        deadlines,
        clock,
        log,
        attachWorkspace,
      },
      notices,
      audit,
      adminPolicy,
      sweeper,
      killSwitch,
      refusals,
    }),
    liveCount: () => calls.size,
    onDidChangeLive: calls.onDidChangeLive,
    shutDown: async () => {
      await registry.loseOrphans(isFindable, STOPPED_NOTE);
      registry.seal();
      await pool.shutDown();
      ledger.close();
      await Promise.all([registry.flush(), time.flush(), adminPolicy.flush()]);
      owned.dispose();
    },
  };
}

/** Everything a dead broker left is decided before anybody is served (P5, P13). */
async function recover(
  registry: Registry,
  audit: AuditTrail,
  { paths, log }: Pick<BrokerContext, 'paths' | 'log'>,
): Promise<void> {
  await registry.load();
  await settleAudit(registry, audit);
  const records = registry.all();
  await revokePanicked(registry, readPanics(paths.panics));
  await registry.loseOrphans(isFindable);
  await endSurvivors({ records, ledger: paths.processes }, log);
}

interface Fronts {
  readonly proxy: ProxyContext;
  readonly httpFronts: HttpFronts;
  readonly desk: Omit<ControlDesk, 'principal'>;
  readonly notices: Notices;
  readonly audit: AuditTrail;
  readonly adminPolicy: AdminPolicy;
  readonly sweeper: Sweeper;
  readonly killSwitch: KillSwitch;
  readonly refusals: WorkRefusals;
}

function fronts(
  context: BrokerContext,
  { proxy, httpFronts, desk, notices, audit, adminPolicy, sweeper, killSwitch, refusals }: Fronts,
): Pick<BrokerParts, 'onControl' | 'onConnect'> {
  const { log } = context;
  const { routes, calls } = desk;
  return {
    onControl: (connection, hello) => {
      const liveCount = () => calls.size;
      handleBrokerRequests(connection, { context, notices, liveCount, adminPolicy, refusals });
      handleLockRequests(connection, adminPolicy);
      handleAuditRequests(connection, audit);
      handleDoctorRequests(connection, sweeper);
      handleFrontRequests(connection, { fronts: httpFronts, log });
      const principal = (named?: unknown) => controlPrincipal(named, hello);
      handleTaskRequests(connection, { ...desk, principal });
      handlePauseRequests(connection, { ...desk, pausing: proxy.pausing, principal });
      handleWorkRequests(connection, { killSwitch, refusals, principal });
      handleQuestionRequests(connection, { ...desk, questions: proxy.questions, principal });
    },
    onConnect: (socket, hello) => {
      serveConnect(socket, hello, { context: proxy, routes, log }).catch((error: unknown) =>
        log.write('error', `A connection failed: ${messageOf(error)}`, error),
      );
    },
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
