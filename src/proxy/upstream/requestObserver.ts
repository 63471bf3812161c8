import type { Span } from '../../common/jsonSpans.ts';
import type { RemoteWork } from '../../registry/taskRecord.ts';
import type { WireMessage } from '../wire/wireMessage.ts';

/** What becomes of a request to the upstream. Exactly one of the first two is called, once. */
export interface RequestObserver {
  onResponse(message: WireMessage): void;
  /** The upstream is gone; `why` is one line for a person. */
  onGone(why: string): void;
  /** Progress under the request's own token. */
  onProgress?(message: WireMessage): void;
  /** A notification that names this listen request (2026-07-28); the id stands at `place`. */
  onNews?(message: WireMessage, place: Span): void;
  /** How to find the request's work again after a crash of ours. */
  onRemote?(remote: RemoteWork): void;
  /**
   * The server asks something and no host is attached: `send` takes the answer line. Gives back
   * what takes the question back; `null` where nobody can be asked.
   */
  onAsk?(request: WireMessage, send: (line: string) => void): (() => void) | null;
}

/** The connection an upstream talks to besides answering: requests and notifications of its own. */
export interface UpstreamListener {
  receive(message: WireMessage): void;
  stderr(text: string): void;
}
