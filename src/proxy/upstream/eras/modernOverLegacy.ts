import type { Clock } from '../../../common/clock.ts';
import { isJsonObject, parseJson } from '../../../common/json.ts';
import { errorLine, resultLine, resultTextLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method, MODERN_VERSION, QuestionMethod } from '../../wire/mcpNames.ts';
import { replaced, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import type { RemoteNews, UpstreamChannel } from '../upstreamChannel.ts';
import { ChannelLayer } from './channelLayer.ts';
import { discoverResult } from './discoverResult.ts';
import { EraMethod, META_LOG_LEVEL, mayAsk } from './eraNames.ts';
import { ListenDesk } from './listenDesk.ts';
import { modernAnswer } from './modernAnswer.ts';
import {
  envelopeFault,
  envelopeText,
  requestStateOf,
  responsesFault,
  withoutEnvelope,
  withoutRetry,
} from './modernRequest.ts';
import { QuestionDesk } from './questionDesk.ts';
import { objectText } from './splices.ts';

/** A bridge to a server that has been initialised already. */
export interface ModernOverLegacyOptions {
  readonly clock: Clock;
  /** What the server has answered to `initialize` (JSON text). */
  readonly initializeResult: string;
}

/** What 2026-07-28 has no more. Tasks of the server's own are hidden; ours never come here. */
const REMOVED: ReadonlySet<string> = new Set([
  Method.initialize,
  Method.setLevel,
  Method.subscribe,
  Method.unsubscribe,
  EraMethod.ping,
  QuestionMethod.roots,
]);
const DROPPED: ReadonlySet<string> = new Set([Method.initialized, EraMethod.rootsChanged]);

/**
 * Shows a legacy server (to 2025-11-25), already initialised, as a modern one (2026-07-28): the
 * envelope is taken off each request, what the server asks becomes `input_required` results.
 */
export class ModernOverLegacy extends ChannelLayer {
  readonly #questions: QuestionDesk;
  readonly #listenings: ListenDesk;
  readonly #logs: boolean;
  /** Of the requests in flight that are not with the questions: id → method. */
  readonly #methods = new Map<string, string>();
  /** Ids of the requests in flight whose client wants the server's log. */
  readonly #wantLog = new Set<string>();
  /** JSON text, as the server was told last. */
  #level: string | null = null;

  constructor(
    channel: UpstreamChannel,
    private readonly options: ModernOverLegacyOptions,
  ) {
    super(channel);
    const { port } = this;
    const parsed = parseJson(objectText(options.initializeResult, 'capabilities') ?? '{}');
    const capabilities = isJsonObject(parsed) ? parsed : {};
    const tellRemote = (news: RemoteNews) => this.tellRemote(news);
    this.#logs = capabilities.logging !== undefined;
    this.#listenings = new ListenDesk(port, capabilities);
    this.#questions = this.owned.add(new QuestionDesk({ port, clock: options.clock, tellRemote }));
  }

  protected onClientRequest(message: WireMessage, id: string): void {
    const { method } = message;
    const fault = envelopeFault(message, id);
    if (REMOVED.has(method) || method.startsWith('tasks/')) this.#refuse(id, method);
    else if (fault !== null) this.print(fault);
    else if (method === Method.discover) {
      this.print(resultTextLine(id, discoverResult(this.options.initializeResult)));
    } else if (method === Method.listen) this.#listenings.open(message, id);
    else if (mayAsk(method)) this.#call(message, id);
    else {
      this.#methods.set(id, method);
      this.#forward(message, id);
    }
  }

  /** A modern client is sent no requests. */
  protected onClientAnswer(): void {}

  protected onClientNotification(message: WireMessage): void {
    if (message.method === Method.cancelled) this.#cancel(message);
    else if (!DROPPED.has(message.method)) this.channel.send(message.text);
  }

  protected onServerMessage(message: WireMessage): void {
    if (message.kind === 'response') this.#onAnswer(message, message.id ?? '');
    else if (message.id === null) this.#onNotification(message);
    else if (message.method === EraMethod.ping) this.channel.send(resultLine(message.id, {}));
    else this.#questions.ask(message, message.id);
  }

  protected remoteKnown(news: RemoteNews): void {
    this.#questions.remoteKnown(news);
  }

  #call(message: WireMessage, id: string): void {
    const fault = responsesFault(message);
    const state = requestStateOf(message);
    if (fault !== null) this.print(errorLine(id, WireErrorCode.invalidParams, fault));
    else if (state === null || this.#questions.resume(message, state) === 'again') {
      const fresh = withoutRetry(message);
      this.#questions.open(fresh);
      this.#forward(fresh, id);
    }
  }

  #forward(message: WireMessage, id: string): void {
    const level = envelopeText(message, META_LOG_LEVEL, null);
    if (level !== null && this.#logs) {
      this.#wantLog.add(id);
      if (level !== this.#level) this.port.own.ask(Method.setLevel, `{"level":${level}}`, () => {});
      this.#level = level;
    }
    this.channel.send(withoutEnvelope(message));
  }

  #onAnswer(answer: WireMessage, id: string): void {
    this.#wantLog.delete(id);
    const method = this.#methods.get(id) ?? '';
    this.#methods.delete(id);
    if (!this.#questions.receive(answer)) this.print(modernAnswer(answer, id, method));
  }

  #onNotification(message: WireMessage): void {
    const { method } = message;
    if (method === Method.progress) this.#onProgress(message);
    else if (method === Method.cancelled) this.#questions.withdraw(requestIdOf(message));
    else if (this.#isUnwanted(method)) return;
    else if (!this.#listenings.receive(message)) this.print(message.text);
  }

  /** A log that no request in flight has asked for; or what 2026-07-28 has no more. */
  #isUnwanted(method: string): boolean {
    if (method === EraMethod.logMessage) return this.#wantLog.size === 0;
    return method === EraMethod.elicitationComplete;
  }

  #onProgress(message: WireMessage): void {
    const text = this.#questions.progressFor(message);
    if (text !== null) this.print(text);
  }

  #cancel(message: WireMessage): void {
    const id = requestIdOf(message);
    if (this.#listenings.close(id)) return;
    const serverId = this.#questions.cancel(id) ?? id;
    this.#methods.delete(serverId);
    this.#wantLog.delete(serverId);
    const span = message.param('requestId');
    if (span === null) return;
    this.channel.send(replaced(message.text, span, serverId));
  }

  #refuse(id: string, method: string): void {
    const why = `${MODERN_VERSION} has no ${method}.`;
    this.print(errorLine(id, WireErrorCode.methodNotFound, why));
  }
}

function requestIdOf(message: WireMessage): string {
  const span = message.param('requestId');
  return span === null ? '' : sliceOf(message.text, span);
}
