import type { ServerDefinition } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import type { Log } from '../common/log.ts';
import type { OutlookOf } from '../registry/outlook.ts';
import type { RoutePolicy } from '../registry/policy.ts';
import type { Registry } from '../registry/registry.ts';
import type { Door, HandleId } from '../registry/taskRecord.ts';
import type { Authority } from './authority.ts';
import type { KeyedTasks } from './downstream/keyedTasks.ts';
import type { LearnedHandOffs } from './downstream/learnedHandOffs.ts';
import type { LiveCalls } from './downstream/liveCalls.ts';
import type { Predecessors } from './downstream/predecessors.ts';
import type { TaskQuestions } from './downstream/taskQuestions.ts';
import type { UnendedWork } from './downstream/unendedWork.ts';
import type { Pausing } from './pausing.ts';
import type { UpstreamPool } from './upstream/upstreamPool.ts';

/** What every connection of this broker shares. */
export interface ProxyContext {
  readonly registry: Registry;
  readonly pool: UpstreamPool;
  readonly calls: LiveCalls;
  readonly learned: LearnedHandOffs;
  readonly predecessors: Predecessors;
  readonly keyed: KeyedTasks;
  readonly questions: TaskQuestions;
  readonly unended: UnendedWork;
  readonly clock: Clock;
  readonly outlook: OutlookOf;
  readonly authority: Authority;
  readonly log: Log;
  /** Stops a task's processes and its clocks, and lets them go on (P9). */
  readonly pausing: Pausing;
  /** Ends a task for good; resolves when the revocation ladder is done (P6). */
  readonly revoke: (request: RevokeRequest) => Promise<void>;
}

/** Who wants a task ended, through which door, and why. */
export interface RevokeRequest {
  readonly handle: HandleId;
  readonly door: Door;
  readonly note: string | null;
}

/** One tracked server as a connection sees it. */
export interface SessionRoute {
  readonly name: string;
  readonly workspace: string | null;
  readonly definition: ServerDefinition;
  /** Read at each call: settings may change while the connection lives. */
  readonly policy: () => RoutePolicy;
}

/** Where a connection's messages go. */
export interface DownstreamPort {
  send(line: string): void;
  stderr(text: string): void;
}
