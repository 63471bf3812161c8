import { isJsonObject } from '../../common/json.ts';
import type { Span } from '../../common/jsonSpans.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { CHANGING_LISTS } from '../wire/changingLists.ts';
import { META_SUBSCRIPTION_ID, Method } from '../wire/mcpNames.ts';
import { parsedSpan, readMessage, type WireMessage } from '../wire/wireMessage.ts';
import type { UpstreamBinding } from './upstreamBinding.ts';

export interface StandingListenOptions {
  readonly binding: UpstreamBinding;
  /** The client's `subscriptions/listen` (2026-07-28), or the part of it that is the server's. */
  readonly message: WireMessage;
  /** Whether the client still listens. */
  readonly isWanted: () => boolean;
  /** A notification of this listen; its id, which is not the client's, stands at `place`. */
  readonly onNews: (news: WireMessage, place: Span) => void;
  readonly onResponse: (answer: WireMessage) => void;
  /** There is no server, and none is started again by itself. */
  readonly onGone: (why: string) => void;
}

/**
 * A listen that outlives its server: where that is started again, it is opened there once more, and its
 * client hears that the lists which it listens to may have changed.
 */
export class StandingListen {
  #isAcknowledged = false;
  #stop = (_reason: string) => {};

  constructor(private readonly options: StandingListenOptions) {}

  open(): void {
    const { binding, onGone } = this.options;
    binding.withUpstream((upstream) => this.#openAt(upstream), onGone);
  }

  cancel(reason: string): void {
    this.#stop(reason);
  }

  #openAt(upstream: Upstream): void {
    if (!this.options.isWanted()) return;
    const { message, onResponse } = this.options;
    const request = upstream.forward(message, {
      onResponse,
      onGone: (why) => this.#onGone(why),
      onNews: (news, place) => this.#onNews(news, place),
    });
    this.#stop = (reason) => upstream.cancel(request, { reason, forget: true });
  }

  #onGone(why: string): void {
    if (!this.options.isWanted()) return;
    const { binding, onGone } = this.options;
    binding.whenStartedAgain(
      (upstream) => this.#openAt(upstream),
      () => onGone(why),
    );
  }

  #onNews(news: WireMessage, place: Span): void {
    const isAcknowledgement = news.method === Method.acknowledged;
    if (isAcknowledgement && this.#isAcknowledged) this.#tellChanges(news);
    else {
      if (isAcknowledgement) this.#isAcknowledged = true;
      this.options.onNews(news, place);
    }
  }

  /** By the server that was started again; the client knows what it listens to. */
  #tellChanges(acknowledgement: WireMessage): void {
    const params = parsedSpan(acknowledgement, acknowledgement.params);
    const granted = isJsonObject(params) ? params.notifications : undefined;
    if (!isJsonObject(granted)) return;
    for (const [key, [, method]] of Object.entries(CHANGING_LISTS)) {
      if (granted[key] === true) this.#tell(method);
    }
  }

  #tell(method: string): void {
    const meta = `{"${META_SUBSCRIPTION_ID}":0}`;
    const news = readMessage(`{"jsonrpc":"2.0","method":"${method}","params":{"_meta":${meta}}}`);
    const place = news?.meta(META_SUBSCRIPTION_ID) ?? null;
    if (news !== null && place !== null) this.options.onNews(news, place);
  }
}
