import assert from 'node:assert/strict';
import { Pauser } from '../../src/broker/ending/pauser.ts';
import type { RowContext } from '../../src/broker/taskRows.ts';
import { TaskHandlesError } from '../../src/common/errors.ts';
import type { JsonObject } from '../../src/common/json.ts';
import type { LogLevel } from '../../src/common/log.ts';
import { type Authority, NO_AUTHORITY } from '../../src/proxy/authority.ts';
import { KeyedTasks } from '../../src/proxy/downstream/keyedTasks.ts';
import { LearnedHandOffs } from '../../src/proxy/downstream/learnedHandOffs.ts';
import { LiveCalls } from '../../src/proxy/downstream/liveCalls.ts';
import { Predecessors } from '../../src/proxy/downstream/predecessors.ts';
import { TaskQuestions } from '../../src/proxy/downstream/taskQuestions.ts';
import { UnendedWork } from '../../src/proxy/downstream/unendedWork.ts';
import type { ProxyContext, SessionRoute } from '../../src/proxy/proxyContext.ts';
import type { StartUpstream } from '../../src/proxy/upstream/upstreamChannel.ts';
import { UpstreamPool } from '../../src/proxy/upstream/upstreamPool.ts';
import { isHandleId } from '../../src/registry/handleId.ts';
import type { RoutePolicy } from '../../src/registry/policy.ts';
import { Registry } from '../../src/registry/registry.ts';
import type { HandleId, TaskRecord } from '../../src/registry/taskRecord.ts';
import { FakeChannel, type Script } from './fakeChannel.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeHost, turn } from './fakeHost.ts';
import { MemoryAuditTrail } from './memoryAuditTrail.ts';
import { MemoryTaskStore } from './memoryTaskStore.ts';

export const LINGER_MS = 10_000;

const INITIALIZE_RESULT = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 'fake server', version: '1' },
};

/** Answers the greeting and pings; leaves all else to the test. */
export const greets: Script = ({ method }) => {
  if (method === 'initialize') return INITIALIZE_RESULT;
  return method === 'ping' || method === 'logging/setLevel' ? {} : undefined;
};

/** Answers what a modern client discovers; leaves all else to the test. */
export const discovers: Script = ({ method }) =>
  method === 'server/discover'
    ? { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
    : undefined;

/** A real registry, pool and calls between fake hosts and fake servers, in a time of its own. */
export class ProxyStage {
  readonly clock = new FakeClock();
  readonly logged: { level: LogLevel; message: string }[] = [];
  readonly channels: FakeChannel[] = [];
  /** What was asked for, whether it started or not. */
  readonly opened: Parameters<StartUpstream>[] = [];
  readonly registry: Registry;
  readonly pool: UpstreamPool;
  readonly audit = new MemoryAuditTrail();
  readonly calls: LiveCalls;
  readonly context: ProxyContext;
  /** What stands above all settings. */
  authority: Authority = NO_AUTHORITY;
  /** What the next starts fail with. */
  startFailure: string | null = null;
  /** What fake servers do by themselves. */
  script: Script = greets;
  #startGate: Promise<void> = Promise.resolve();

  constructor(readonly store = new MemoryTaskStore()) {
    const { clock, audit } = this;
    const log = {
      write: (level: LogLevel, message: string) => void this.logged.push({ level, message }),
    };
    const start: StartUpstream = (...server) => this.#start(server);
    this.registry = new Registry({ store, archive: store, audit, clock, log });
    this.calls = new LiveCalls(clock);
    this.pool = new UpstreamPool({ start, clock, log, lingerMs: LINGER_MS });
    const { registry, pool, calls } = this;
    this.context = {
      registry,
      pool,
      calls,
      clock,
      outlook: () => ({}),
      authority: {
        refusalOf: (call) => this.authority.refusalOf(call),
        bound: (policy, call) => this.authority.bound(policy, call),
        isHalted: (route) => this.authority.isHalted(route),
      },
      log,
      learned: new LearnedHandOffs(),
      predecessors: new Predecessors(clock),
      keyed: new KeyedTasks(registry),
      questions: new TaskQuestions(registry, log),
      pausing: new Pauser(registry, calls),
      unended: new UnendedWork(),
      revoke: async ({ handle, door, note }) => {
        await registry.apply(handle, { type: 'revoked', by: door, note });
        const ended = { type: 'revocationEnded', level: 'terminated', note: null } as const;
        await registry.apply(handle, ended);
      },
    };
  }

  /** What rows need to know beside records and calls. */
  get rowContext(): RowContext {
    const { clock, context } = this;
    const { outlook, questions, unended } = context;
    return { clock, outlook, questions, unended };
  }

  connect(policy: RoutePolicy = {}, overrides: Partial<SessionRoute> = {}): FakeHost {
    const definition = { command: 'server', args: [], cwd: null, env: {} };
    const route = { name: 'r', workspace: null, definition, policy: () => policy, ...overrides };
    return new FakeHost(this.context, route);
  }

  /** A host that has greeted its server. */
  async greeted(policy: RoutePolicy = {}): Promise<FakeHost> {
    const host = this.connect(policy);
    await host.initialize();
    return host;
  }

  /** Starts wait until the returned function is called. */
  holdStarts(): () => void {
    let release = () => {};
    this.#startGate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  /** The server started last. */
  get server(): FakeChannel {
    return this.channels.at(-1) ?? assert.fail('no server was started');
  }

  get warnings(): string[] {
    return this.logged.filter(({ level }) => level === 'warn').map(({ message }) => message);
  }

  /** The only task there is. */
  get task(): TaskRecord {
    const [task, ...more] = this.registry.list();
    assert.equal(more.length, 0, 'several tasks');
    return task ?? assert.fail('no task');
  }

  /** Ends what waits in time, so that a test ends with nothing left behind. */
  async passTime(ms: number): Promise<void> {
    this.clock.advance(ms);
    await turn();
  }

  async #start(server: Parameters<StartUpstream>): Promise<FakeChannel> {
    this.opened.push(server);
    await this.#startGate;
    if (this.startFailure !== null) {
      throw new TaskHandlesError('upstream_start_failed', this.startFailure);
    }
    const channel = new FakeChannel(this.script);
    this.channels.push(channel);
    return channel;
  }
}

/** The handle in a hand-off's answer. */
export function handleIn(result: JsonObject): HandleId {
  const { structuredContent } = result;
  const { handle } = structuredContent as { handle?: unknown };
  assert(isHandleId(handle), `no handle: ${JSON.stringify(result)}`);
  return handle;
}
