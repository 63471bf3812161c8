import type { ServerDefinition } from '../../brokerApi/brokerProtocol.ts';
import type { Event } from '../../common/event.ts';
import type { Freed, RemoteWork, UpstreamFacts } from '../../registry/taskRecord.ts';

/** How an upstream went. */
export interface ChannelExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderrTail: string;
}

/** What an ending by force came to. */
export interface UpstreamEnding {
  /** How far it had to go; `none`: nothing of ours was there to be ended. */
  readonly level: 'none' | 'terminated' | 'killed';
  readonly freed: Freed;
  /** Pids that outlived it: asleep in the system, or another user's. */
  readonly survivors: readonly number[];
  /** Those of the survivors in uninterruptible sleep: they end once the system lets them. */
  readonly stuck: readonly number[];
}

/** Where no process of ours does the work. */
export const NOTHING_ENDED: UpstreamEnding = {
  level: 'none',
  freed: { processes: 0, memoryBytes: 0 },
  survivors: [],
  stuck: [],
};

/** The part of `RemoteWork` that all work in one connection has in common. */
export type RemotePlace = Pick<RemoteWork, 'url' | 'sessionId' | 'protocolVersion'>;

/** What became known of a request in flight: how to find its work again after a crash. */
export interface RemoteNews {
  readonly requestId: number;
  readonly remote: RemoteWork;
}

/** Whether every process stands; else why not, in a sentence for people, and all go on. */
export type Standstill =
  | { readonly stands: true }
  | { readonly stands: false; readonly why: string };

/** Stops the processes behind a channel where they are, all or none, and lets them go on (P9). */
export interface ProcessPause {
  /** Bounded. */
  pause(): Promise<Standstill>;
  /** Nothing happens where nothing stands. */
  resume(): Promise<void>;
}

/**
 * The proxy's port to an upstream: lines in, lines out. Behind it is a process, a remote server, or
 * another channel with something between (decision 12).
 */
export interface UpstreamChannel {
  /** `null`: no process of ours does the work. */
  readonly facts: UpstreamFacts | null;
  readonly onRemote: Event<RemoteNews>;
  /** Where this server is, for work that goes on there without us. Absent, `null`: nothing does. */
  readonly place?: () => RemotePlace | null;
  /** Absent: no process of ours does the work, or this platform stops none. */
  readonly processes?: ProcessPause | undefined;
  readonly onLine: Event<string>;
  readonly onStderr: Event<string>;
  /** Fires once, after the last line. */
  readonly onExit: Event<ChannelExit>;
  send(line: string): void;
  /** Held, what the upstream prints is not read. */
  holdOutput(isHeld: boolean): void;
  /** For an upstream that nobody needs any more; bounded. */
  shutDown(): Promise<void>;
  /** Ends the whole process tree: SIGTERM, `graceMs`, SIGKILL. Bounded. */
  end(graceMs: number): Promise<UpstreamEnding>;
  /** As `end`, but only what was born below the upstream since `sinceMs` (wall ms). */
  endDescendants(sinceMs: number, graceMs: number): Promise<UpstreamEnding>;
}

/** What an upstream is started as. */
export interface UpstreamStart {
  /** Unique in this broker. */
  readonly id: string;
  /** Its name for people. */
  readonly route: string;
  /** A connection to a remote server is made where this work is, with nothing of a handshake. */
  readonly resume?: RemoteWork | undefined;
}

/** Rejects with `command_not_found`, `invalid_definition` or `upstream_start_failed`. */
export type StartUpstream = (
  definition: ServerDefinition,
  as: UpstreamStart,
) => Promise<UpstreamChannel>;
