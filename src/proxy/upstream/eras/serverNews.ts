import type { Clock } from '../../../common/clock.ts';
import { type Disposable, toDisposable } from '../../../common/disposable.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../../common/json.ts';
import type { Log } from '../../../common/log.ts';
import { errorLine, notificationLine, resultLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { META_SUBSCRIPTION_ID, Method } from '../../wire/mcpNames.ts';
import { metaOf, parsedSpan, type WireMessage, withId } from '../../wire/wireMessage.ts';
import type { LayerPort } from './channelLayer.ts';
import type { ClientEnvelope } from './clientEnvelope.ts';
import { withoutMetaMembers } from './splices.ts';

/** The bridge that the news belongs to; the envelope is that of the client as it is by then. */
export interface ServerNewsOptions {
  readonly port: LayerPort;
  readonly envelope: () => ClientEnvelope;
  readonly clock: Clock;
  readonly log: Log;
}

/** The client's `resources/(un)subscribe` that a listening is to answer. */
interface Change {
  readonly id: string;
  /** `null` for an unsubscription. */
  readonly uri: string | null;
}

interface Listening {
  readonly id: number;
  readonly change: Change | null;
  isAcknowledged: boolean;
}

/** After a listening has ended by itself; doubled each time that it then fails. */
const LISTEN_AGAIN_MS = 1_000;
const MAX_AGAIN_MS = 60_000;
const NOT_DUE = toDisposable(() => {});

/**
 * What a legacy client is told unasked, and what it subscribes to: one `subscriptions/listen` at a
 * modern server, opened anew at each change. The one before goes on until the new one is in force.
 */
export class ServerNews implements Disposable {
  readonly #uris = new Set<string>();
  /** In their order; the last acknowledged one counts, those before it have been ended. */
  #listenings: Listening[] = [];
  #capabilities: JsonObject = {};
  /** The next one, while none is open. */
  #again: Disposable = NOT_DUE;
  /** `null` until the server has ever acknowledged one. */
  #againMs: number | null = null;

  constructor(private readonly options: ServerNewsOptions) {}

  /** The client is ready: listens to all that the server announces. */
  start(capabilitiesText: string): void {
    const capabilities = parseJson(capabilitiesText);
    this.#capabilities = isJsonObject(capabilities) ? capabilities : {};
    if (Object.keys(this.#filter).length > 0) this.#listen(null);
  }

  subscribe(message: WireMessage, id: string): void {
    const uri = uriOf(message);
    const { invalidParams, methodNotFound } = WireErrorCode;
    if (!this.#has('resources', 'subscribe')) {
      this.#refuse(id, methodNotFound, `The server does not support ${message.method}.`);
    } else if (uri === null) {
      this.#refuse(id, invalidParams, 'A subscription needs the `uri` of a resource.');
    } else if (message.method === Method.subscribe) {
      this.#uris.add(uri);
      this.#listen({ id, uri });
    } else {
      this.#uris.delete(uri);
      this.#listen({ id, uri: null });
    }
  }

  /** A notification of the server, if it belongs to a listening: passed on untagged. */
  receive(message: WireMessage): boolean {
    const tag = metaOf(message, META_SUBSCRIPTION_ID);
    if (tag === undefined) return false;
    if (message.method === Method.acknowledged) this.#acknowledged(tag, message);
    else if (this.#current?.id === tag) {
      this.options.port.print(withoutMetaMembers(message, [META_SUBSCRIPTION_ID]));
    }
    return true;
  }

  /** A server on stdio may end a listening so. */
  cancelled(requestId: unknown): boolean {
    const listening = this.#listenings.find(({ id }) => id === requestId);
    if (listening !== undefined) {
      this.#forget([listening]);
      this.#ended(listening, null);
    }
    return listening !== undefined;
  }

  dispose(): void {
    this.#again.dispose();
    this.#forget(this.#listenings);
    this.#listenings = [];
  }

  get #current(): Listening | undefined {
    return this.#listenings.findLast(({ isAcknowledged }) => isAcknowledged);
  }

  get #filter(): JsonObject {
    return {
      ...(this.#has('tools', 'listChanged') && { toolsListChanged: true }),
      ...(this.#has('prompts', 'listChanged') && { promptsListChanged: true }),
      ...(this.#has('resources', 'listChanged') && { resourcesListChanged: true }),
      ...(this.#uris.size > 0 && { resourceSubscriptions: [...this.#uris] }),
    };
  }

  #has(feature: string, what: string): boolean {
    const capability = this.#capabilities[feature];
    return isJsonObject(capability) && capability[what] === true;
  }

  #listen(change: Change | null): void {
    const filter = JSON.stringify(this.#filter);
    const params = `{"_meta":{${this.options.envelope().members}},"notifications":${filter}}`;
    const id = this.options.port.own.ask(Method.listen, params, (answer) => {
      const ended = this.#listenings.find((listening) => listening.id === id);
      if (ended !== undefined) this.#ended(ended, answer);
    });
    this.#listenings.push({ id, change, isAcknowledged: false });
  }

  /** It stands for all before it. */
  #acknowledged(tag: unknown, message: WireMessage): void {
    const at = this.#listenings.findIndex(({ id }) => id === tag);
    const listening = this.#listenings[at];
    if (listening === undefined) return;
    listening.isAcknowledged = true;
    this.#againMs = LISTEN_AGAIN_MS;
    const granted = parsedSpan(message, message.params);
    for (const { change } of this.#listenings.slice(0, at + 1)) this.#answer(change, granted);
    const replaced = this.#listenings.slice(0, at);
    for (const { id } of replaced) {
      this.options.port.send(notificationLine(Method.cancelled, { requestId: id }));
    }
    this.#forget(replaced);
    this.#listenings = [{ ...listening, change: null }, ...this.#listenings.slice(at + 1)];
  }

  #answer(change: Change | null, granted: unknown): void {
    if (change === null) return;
    if (change.uri === null || isGranted(granted, change.uri)) {
      this.options.port.print(resultLine(change.id, {}));
    } else {
      this.#uris.delete(change.uri);
      const why = 'The server does not send updates of this resource.';
      this.#refuse(change.id, WireErrorCode.invalidParams, why);
    }
  }

  /** By the server: refused, or ended after a while; then, or once it is back, it is asked again. */
  #ended(listening: Listening, answer: WireMessage | null): void {
    this.#listenings = this.#listenings.filter((other) => other !== listening);
    if (listening.change !== null) this.#notChanged(listening.change, answer);
    else if (this.#againMs === null) {
      const { log } = this.options;
      log.write('warn', 'A server refused to tell of changes; its lists may be out of date.');
    } else if (this.#listenings.length === 0) this.#listenAgain(this.#againMs);
  }

  #listenAgain(afterMs: number): void {
    this.#againMs = Math.min(afterMs * 2, MAX_AGAIN_MS);
    this.#again = this.options.clock.after(afterMs, () => this.#listen(null));
  }

  #forget(listenings: readonly Listening[]): void {
    for (const { id } of listenings) this.options.port.own.forget(id);
  }

  #notChanged({ id, uri }: Change, answer: WireMessage | null): void {
    if (uri !== null) this.#uris.delete(uri);
    if (answer?.error) this.options.port.print(withId(answer, id));
    else this.#refuse(id, WireErrorCode.internalError, 'The server ended the subscription.');
  }

  #refuse(id: string, code: number, why: string): void {
    this.options.port.print(errorLine(id, code, why));
  }
}

function uriOf(message: WireMessage): string | null {
  const params = parsedSpan(message, message.params);
  return isJsonObject(params) && typeof params.uri === 'string' ? params.uri : null;
}

function isGranted(params: unknown, uri: string): boolean {
  const granted = isJsonObject(params) ? params.notifications : undefined;
  if (!isJsonObject(granted) || !Array.isArray(granted.resourceSubscriptions)) return false;
  return granted.resourceSubscriptions.includes(uri);
}
