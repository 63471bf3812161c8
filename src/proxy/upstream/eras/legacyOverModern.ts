import type { Clock } from '../../../common/clock.ts';
import type { Log } from '../../../common/log.ts';
import { errorLine, resultLine, resultTextLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { paramOf, readMessage, sliceOf, type WireMessage, withId } from '../../wire/wireMessage.ts';
import type { RemoteNews, UpstreamChannel } from '../upstreamChannel.ts';
import { ChannelLayer } from './channelLayer.ts';
import { ClientEnvelope } from './clientEnvelope.ts';
import { EraMethod, mayAsk } from './eraNames.ts';
import { initializeResult, isDiscovery } from './initializeResult.ts';
import { InputRounds } from './inputRounds.ts';
import { legacyAnswer } from './legacyResult.ts';
import { ServerNews } from './serverNews.ts';
import { memberText, objectText } from './splices.ts';

/** What every bridge between the eras needs. */
export interface EraBridgeOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** The client's `initialize`, while the server is being asked what it is. */
interface Greeting {
  readonly id: string;
  readonly paramsText: string;
}

/**
 * Shows a modern server (2026-07-28) as a legacy one (to 2025-11-25): what a legacy client says
 * once goes into the envelope of each request, what the server asks becomes requests to the client.
 */
export class LegacyOverModern extends ChannelLayer {
  readonly #rounds: InputRounds;
  readonly #news: ServerNews;
  #envelope = new ClientEnvelope('{}');
  /** JSON text, as discovered. */
  #capabilities = '{}';

  constructor(channel: UpstreamChannel, options: EraBridgeOptions) {
    super(channel);
    const { port } = this;
    const envelope = () => this.#envelope;
    const canAnswer = (question: string) => this.#envelope.canAnswer(question);
    this.#rounds = this.owned.add(new InputRounds({ port, clock: options.clock, canAnswer }));
    this.#news = this.owned.add(new ServerNews({ port, envelope, ...options }));
  }

  protected onClientRequest(message: WireMessage, id: string): void {
    const { method } = message;
    if (method === Method.initialize) this.#greet(message, id);
    else if (method === EraMethod.ping) this.print(resultLine(id, {}));
    else if (method === Method.setLevel) this.#setLevel(message, id);
    else if (method === Method.subscribe || method === Method.unsubscribe) {
      this.#news.subscribe(message, id);
    } else if (method.startsWith('tasks/')) this.#refuse(id, method);
    else this.#forward(message, id);
  }

  protected onClientAnswer(message: WireMessage): void {
    this.#rounds.receiveAnswer(message);
  }

  protected onClientNotification(message: WireMessage): void {
    const { method } = message;
    if (method === Method.initialized) this.#news.start(this.#capabilities);
    else if (method === Method.cancelled) this.#cancel(message);
    // Roots are asked for when they are needed; nobody can be told of a change.
    else if (method !== EraMethod.rootsChanged) this.channel.send(message.text);
  }

  protected onServerMessage(message: WireMessage): void {
    if (message.kind === 'response') this.#onAnswer(message, message.id ?? '');
    else if (message.id !== null) this.#refuseServer(message.id, message.method);
    else if (message.method === Method.cancelled)
      this.#news.cancelled(paramOf(message, 'requestId'));
    else if (!this.#news.receive(message)) this.print(message.text);
  }

  protected remoteKnown({ requestId, remote }: RemoteNews): void {
    this.tellRemote({ requestId: this.#rounds.clientIdOf(requestId), remote });
  }

  #greet(message: WireMessage, id: string): void {
    const paramsText = message.params === null ? '{}' : sliceOf(message.text, message.params);
    this.#envelope = new ClientEnvelope(paramsText);
    // Under an id of ours: the client's may have been used up by an `initialize` that was refused.
    const params = `{"_meta":{${this.#envelope.members}}}`;
    this.port.own.ask(Method.discover, params, (answer) =>
      this.#greeted(answer, { id, paramsText }),
    );
  }

  #onAnswer(answer: WireMessage, id: string): void {
    if (!this.#rounds.receive(answer)) this.print(legacyAnswer(answer, id));
  }

  #greeted(answer: WireMessage, { id, paramsText }: Greeting): void {
    const result = answer.result === null ? null : sliceOf(answer.text, answer.result);
    if (result === null) this.print(withId(answer, id));
    else if (!isDiscovery(result)) {
      const why = 'The server speaks neither an era with `initialize` nor 2026-07-28; update it.';
      this.print(errorLine(id, WireErrorCode.invalidRequest, why));
    } else {
      this.#capabilities = objectText(result, 'capabilities') ?? '{}';
      this.print(resultTextLine(id, initializeResult(paramsText, result)));
    }
  }

  #setLevel(message: WireMessage, id: string): void {
    const level = message.params && memberText(sliceOf(message.text, message.params), 'level');
    if (memberText(this.#capabilities, 'logging') === null) this.#refuse(id, message.method);
    else if (level === null || !level.startsWith('"')) {
      this.print(errorLine(id, WireErrorCode.invalidParams, 'A log `level` is needed.'));
    } else {
      this.#envelope.logLevel = level;
      this.print(resultLine(id, {}));
    }
  }

  #forward(message: WireMessage, id: string): void {
    const text = this.#envelope.around(message);
    const request = mayAsk(message.method) ? readMessage(text) : null;
    if (request !== null) this.#rounds.open(request, id);
    this.channel.send(text);
  }

  #cancel(message: WireMessage): void {
    const span = message.param('requestId');
    const id = span === null ? '' : sliceOf(message.text, span);
    if (!this.#rounds.cancel(id, message)) this.channel.send(message.text);
  }

  #refuse(id: string, method: string): void {
    const why = `The server does not support ${method}.`;
    this.print(errorLine(id, WireErrorCode.methodNotFound, why));
  }

  /** A modern server has no requests of its own. */
  #refuseServer(id: string, method: string): void {
    const why = `A server of 2026-07-28 sends no requests (${method}); it answers input_required.`;
    this.channel.send(errorLine(id, WireErrorCode.methodNotFound, why));
  }
}
