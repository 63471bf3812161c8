import { handshakeKey } from '../upstream/handshake.ts';
import type { Opening } from '../upstream/opening.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { notificationLine } from '../wire/jsonRpc.ts';
import { Method } from '../wire/mcpNames.ts';
import { sliceOf, type WireMessage } from '../wire/wireMessage.ts';

/**
 * What a client has said once and a fresh process must be told again: a legacy one its `initialize`
 * params, log level and subscriptions. A modern one says everything with each request.
 */
export class ClientGreeting {
  opening: Opening = { dialect: 'legacy' };
  /** Of `initialize`, as JSON text. */
  paramsText: string | null = null;
  /** Params (JSON text) of what came later. */
  #logLevel: string | null = null;
  readonly #subscriptions = new Map<string, string>();

  /** Notes what a fresh process would have to be told again. */
  remember(message: WireMessage): void {
    const text = message.params === null ? '{}' : sliceOf(message.text, message.params);
    if (message.method === Method.setLevel) this.#logLevel = text;
    else if (message.method === Method.subscribe) this.#subscriptions.set(text, text);
    else if (message.method === Method.unsubscribe) this.#subscriptions.delete(text);
  }

  /** What must be equal for one connection to take over another's upstream. */
  get key(): { readonly protocolVersion: string; readonly capabilitiesJson: string } {
    const { opening } = this;
    if (opening.dialect === 'modern') {
      const { protocolVersion, capabilitiesJson } = opening;
      return { protocolVersion, capabilitiesJson };
    }
    const { version, capabilitiesJson } = handshakeKey(this.paramsText ?? '{}');
    return { protocolVersion: version, capabilitiesJson };
  }

  /** Initialises a fresh process as the first one was; gives back its result as JSON text. */
  async repeat(upstream: Upstream): Promise<string> {
    const answer = await ask(upstream, Method.initialize, this.paramsText ?? '{}');
    if (answer.result === null) throw new Error('It refused to be initialised again.');
    upstream.sendRaw(notificationLine(Method.initialized));
    if (this.#logLevel !== null) await ask(upstream, Method.setLevel, this.#logLevel);
    for (const text of this.#subscriptions.values()) await ask(upstream, Method.subscribe, text);
    return sliceOf(answer.text, answer.result);
  }
}

function ask(upstream: Upstream, method: string, paramsText: string): Promise<WireMessage> {
  return new Promise((resolve, reject) => {
    upstream.request(method, paramsText, {
      onResponse: resolve,
      onGone: (why) => reject(new Error(why)),
    });
  });
}
