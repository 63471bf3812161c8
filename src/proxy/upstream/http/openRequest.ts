import { AsyncLocalStorage } from 'node:async_hooks';
import { META_PROTOCOL_VERSION } from '../../wire/mcpNames.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';

/** A request that the server owes an answer to. */
export interface OpenRequest {
  /** JSON text. */
  readonly id: string;
  readonly method: string;
  /** Of the era whose requests carry an envelope, and end with their stream (2026-07-28). */
  readonly isModern: boolean;
  /** Closes its stream. */
  readonly ending: AbortController;
  /** Whether its answer comes on a stream, which may break and be resumed. */
  hasStream: boolean;
  /** Nobody will ask for its answer again. */
  isCancelled: boolean;
  /** The last event of its stream, if the server numbers them. */
  lastEventId: string | null;
}

/** What is being sent: the transport tells its `fetch` nothing of what a call of it is for. */
export interface Exchange {
  /** The message as it goes out; `null` where nothing but a stream is asked for. */
  readonly line: string | null;
  readonly request: OpenRequest | null;
  /** Beside those of the transport. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The exchange that a `fetch` belongs to, later ones that resume its stream included. */
export const currentExchange = new AsyncLocalStorage<Exchange | undefined>();

/** A request that is about to be sent; `id` as JSON text. */
export function openRequest(id: string, message: WireMessage): OpenRequest {
  return {
    id,
    method: message.method,
    isModern: message.meta(META_PROTOCOL_VERSION) !== null,
    ending: new AbortController(),
    hasStream: false,
    isCancelled: false,
    lastEventId: null,
  };
}

/** A request of a connection before this one, whose answer is to be delivered again. */
export interface ResumedRequest extends OpenRequest {
  readonly lastEventId: string;
}

/** A request that was sent by a connection before this one; its answer comes after that event. */
export function resumedRequest(id: number, lastEventId: string): ResumedRequest {
  return {
    id: String(id),
    method: '',
    isModern: false,
    ending: new AbortController(),
    hasStream: true,
    isCancelled: false,
    lastEventId,
  };
}
