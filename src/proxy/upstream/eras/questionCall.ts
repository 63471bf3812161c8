import { type Disposable, toDisposable } from '../../../common/disposable.ts';
import { capabilityFor, META_CLIENT_CAPABILITIES } from '../../wire/mcpNames.ts';
import { progressTokenOf, type WireMessage } from '../../wire/wireMessage.ts';
import type { RemoteNews } from '../upstreamChannel.ts';
import { envelopeText } from './modernRequest.ts';
import { memberText } from './splices.ts';

/** What the server asks in the middle of a call. */
export interface Question {
  /** JSON text. */
  readonly serverId: string;
  readonly method: string;
  readonly paramsText: string | null;
}

const NONE = toDisposable(() => {});

/**
 * One request of a modern client that a legacy server works on. To the server it is one request;
 * to the client as many as there are rounds of questions, one after the other.
 */
export class QuestionCall {
  /** The id under which the server knows it, as JSON text. */
  readonly id: string;
  readonly method: string;
  readonly #token: string | null;
  /** The request that the client has made last. */
  #request: WireMessage;
  /** Whether the client waits for an answer; else the server's questions wait for the client's. */
  isAwaited = true;
  /** By the keys that the client answers under. */
  readonly open = new Map<string, Question>();
  /** While the client is asked: what its next request must bring. */
  state: string | null = null;
  /** The server's answer, if it came while the client was asked. */
  answer: WireMessage | null = null;
  remote: RemoteNews | null = null;
  isFlushDue = false;
  patience: Disposable = NONE;

  constructor(request: WireMessage) {
    this.#request = request;
    this.id = request.id ?? '';
    this.method = request.method;
    this.#token = progressTokenOf(request);
  }

  /** The id under which the client waits, or has waited last. */
  get clientId(): string {
    return this.#request.id ?? '';
  }

  /** The client's token for progress that the server tells under its own. */
  get clientToken(): string | null {
    return progressTokenOf(this.#request);
  }

  get hasNewToken(): boolean {
    return this.clientToken !== this.#token;
  }

  isToken(tokenText: string): boolean {
    return this.#token === tokenText;
  }

  canAnswer(question: string): boolean {
    const capability = capabilityFor(question);
    const capabilities = envelopeText(this.#request, META_CLIENT_CAPABILITIES, '{}');
    return capability !== null && memberText(capabilities, capability) !== null;
  }

  /** The client comes again. */
  continuedBy(request: WireMessage): void {
    this.#request = request;
    this.isAwaited = true;
    this.state = null;
    this.patience.dispose();
  }
}
