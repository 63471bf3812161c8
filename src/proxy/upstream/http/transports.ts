import {
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import type { HttpDefinition } from '../../../brokerApi/brokerProtocol.ts';
import { systemClock } from '../../../common/clock.ts';
import type { RemoteWork } from '../../../registry/taskRecord.ts';
import type { FetchLike } from './untimedFetch.ts';

/** How a transport of the SDK reaches its server, and whose session it goes on with. */
export interface TransportOptions {
  readonly fetch: FetchLike;
  /** Whose session is taken up again. */
  readonly resume: RemoteWork | undefined;
}

const LEAST_DELAY_MS = 100;

/** Some minutes: a call may be worth hours, and networks come back. */
const RECONNECTION = {
  initialReconnectionDelay: 1_000,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 12,
};

/** The optional parts are those that the older HTTP with SSE does not have. */
export interface RemoteTransport extends Transport {
  readonly protocolVersion?: string | undefined;
  setProtocolVersion(version: string): void;
  /** Delivers again what came after an event. */
  resumeStream?(
    lastEventId: string,
    options: { onresumptiontoken: (token: string) => void },
  ): Promise<void>;
  /** Tells the server that its session is not needed any more. */
  terminateSession?(): Promise<void>;
}

/** The SDK's transport for a remote server; with `resume` in the session that there was. */
export function createTransport(
  { type, url, headers }: HttpDefinition,
  { fetch, resume }: TransportOptions,
): RemoteTransport {
  const requestInit = { headers: { ...headers } };
  if (type === 'sse') return new SSEClientTransport(new URL(url), { fetch, requestInit });
  return new StreamableHTTPClientTransport(new URL(url), {
    fetch,
    requestInit,
    reconnectionOptions: RECONNECTION,
    reconnectionScheduler: (reconnect, delayMs) => {
      // The server says how long; one that says 0 and hangs up would keep us busy.
      const timer = systemClock.after(Math.max(delayMs, LEAST_DELAY_MS), reconnect);
      return () => timer.dispose();
    },
    ...(typeof resume?.sessionId === 'string' && { sessionId: resume.sessionId }),
    ...(resume !== undefined && { protocolVersion: resume.protocolVersion }),
  });
}

/** Loaded when the first remote server is opened. */
export type CreateTransport = typeof createTransport;
