import { isJsonObject, parseJson } from '../../common/json.ts';
import { elementsOf } from '../../common/jsonSpans.ts';
import type { ClientFacts } from '../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext, SessionRoute } from '../proxyContext.ts';
import type { Dialect, Opening } from '../upstream/opening.ts';
import { envelopeOf, takesTasks } from '../wire/envelopes.ts';
import { errorLine, WireErrorCode } from '../wire/jsonRpc.ts';
import { Method } from '../wire/mcpNames.ts';
import {
  progressTokenOf,
  readMessage,
  sliceOf,
  type WireMessage,
  withId,
  withProgressToken,
} from '../wire/wireMessage.ts';
import { CallDesk } from './callDesk.ts';
import { changedLines } from './changedLines.ts';
import { forwardRequest } from './forwardRequest.ts';
import { abandon, CANCELLED_BY_CLIENT, InFlight } from './inFlight.ts';
import { rewriteDiscoverResult, rewriteInitializeResult } from './initializeRewrite.ts';
import { withRelatedTask } from './nativeTasks/relatedTask.ts';
import { TaskMethods } from './nativeTasks/taskMethods.ts';
import { OwnUpstreams } from './ownUpstreams.ts';
import { UpstreamBinding } from './upstreamBinding.ts';

const UNKNOWN_CLIENT: ClientFacts = { name: 'unknown', version: '', conversationId: null };
const LEGACY: Opening = { dialect: 'legacy' };

/**
 * One downstream connection: every message of its host goes through `receive`, every message to
 * it through the port. Knows what is ours (`initialize`, tools) and passes the rest as it came.
 */
export class Session {
  readonly #inFlight = new InFlight();
  readonly #binding: UpstreamBinding;
  readonly #own: OwnUpstreams;
  readonly #desk: CallDesk;
  readonly #tasks: TaskMethods;
  #client: ClientFacts = UNKNOWN_CLIENT;
  #dialect: Dialect | null = null;
  #swallowInitialized = false;

  constructor(
    private readonly context: ProxyContext,
    private readonly route: SessionRoute,
    private readonly port: DownstreamPort,
  ) {
    this.#binding = new UpstreamBinding(context, route, {
      receive: (message) => this.port.send(withRelatedTask(message, this.#binding.current)),
      stderr: (text) => this.port.stderr(text),
      startedAgain: (resultText) => {
        if (this.#dialect === 'legacy')
          for (const line of changedLines(resultText)) port.send(line);
      },
    });
    const inFlight = this.#inFlight;
    const client = () => this.#client;
    const shared = { context, route, port, inFlight, binding: this.#binding, client };
    this.#tasks = new TaskMethods(shared);
    this.#own = new OwnUpstreams({ context, route, port, greeting: this.#binding.greeting });
    this.#desk = new CallDesk({ ...shared, tasks: this.#tasks, own: this.#own });
  }

  /** A line from the host. Never throws: what is no message is answered as JSON-RPC says. */
  receive(line: string): void {
    const message = readMessage(line);
    if (message !== null) this.#dispatch(message);
    else this.#receiveOther(line);
  }

  /** The host does not read (or reads again): the server is to wait for it. */
  holdUpstream(isHeld: boolean): void {
    this.#binding.holdOutput(isHeld);
    this.#own.holdOutput(isHeld);
  }

  /** The answer to this request (id as JSON text) was dropped: the host had cancelled it. */
  unwritten(id: string): void {
    this.#inFlight.takeAnswered(id)?.takeBack('The request was cancelled.');
  }

  /**
   * The connection is gone: calls become tasks, what nobody can be answered any more is cancelled,
   * and the upstream stays while it has work.
   */
  close(): void {
    for (const entry of this.#inFlight.all()) abandon(entry);
    this.#inFlight.clear();
    this.#tasks.dispose();
    this.#own.release();
    this.#binding.release();
  }

  #receiveOther(line: string): void {
    const batch = elementsOf(line);
    if (batch !== null && batch.length > 0) {
      for (const member of batch) this.receive(sliceOf(line, member));
    } else {
      this.port.send(
        errorLine('null', WireErrorCode.parseError, 'This is not a JSON-RPC message.'),
      );
    }
  }

  #dispatch(message: WireMessage): void {
    if (message.kind === 'response') this.#onResponse(message);
    else if (message.id !== null) this.#onRequest(message, message.id);
    else this.#onNotification(message);
  }

  #onResponse(message: WireMessage): void {
    if (this.#tasks.takeAnswer(message) || this.#own.takeAnswer(message)) return;
    this.#binding.current?.answer(message);
  }

  #onRequest(message: WireMessage, id: string): void {
    if (this.#dialect === null || message.method === Method.initialize) this.#open(message);
    if (message.method === Method.toolsCall) this.#desk.call(message, id);
    else if (message.method === Method.toolsList) this.#desk.list(message, id);
    else if (message.method === Method.initialize) this.#initialize(message, id);
    else if (message.method === Method.discover) this.#discover(message, id);
    else if (!this.#tasks.take(message, id)) this.#forward(message, id);
  }

  /** The first request tells the era; a client that only probed the modern one may still go back. */
  #open(message: WireMessage): void {
    const envelope = envelopeOf(message);
    this.#dialect = envelope === null ? 'legacy' : 'modern';
    if (envelope !== null) this.#client = clientFrom(envelope.clientInfoJson);
    this.#binding.open(envelope === null ? LEGACY : { dialect: 'modern', ...envelope });
  }

  #discover(message: WireMessage, id: string): void {
    this.#forward(message, id, (answer) => {
      if (answer.result === null) return this.port.send(withId(answer, id));
      const result = rewriteDiscoverResult(sliceOf(answer.text, answer.result), {
        takesTasks: takesTasks(message),
      });
      this.port.send(`{"jsonrpc":"2.0","id":${id},"result":${result}}`);
    });
  }

  #onNotification(message: WireMessage): void {
    if (message.method === Method.cancelled) this.#onCancelled(message);
    else if (message.method === Method.initialized && this.#swallowInitialized) {
      this.#swallowInitialized = false;
    } else if (!this.#own.takeNotification(message) && this.#mayPass()) {
      this.#binding.withUpstream(
        (upstream) => upstream.sendRaw(message.text),
        () => {},
      );
    }
  }

  /** A notification starts no server while all new work of it is refused. */
  #mayPass(): boolean {
    return this.#binding.isThere || !this.context.authority.isHalted(this.route);
  }

  #initialize(message: WireMessage, id: string): void {
    const params = message.params === null ? '{}' : sliceOf(message.text, message.params);
    this.#client = clientFromInitialize(params);
    const adopted = this.#binding.adopt(params);
    if (adopted?.handshake != null) {
      this.#swallowInitialized = true;
      this.#answerInitialize(id, params, adopted.handshake.resultText);
      return;
    }
    this.#forward(message, id, (answer) => {
      if (answer.result === null) return this.port.send(withId(answer, id));
      const resultText = sliceOf(answer.text, answer.result);
      this.#binding.handshakeDone(params, resultText);
      this.#answerInitialize(id, params, resultText);
    });
  }

  #answerInitialize(id: string, paramsText: string, resultText: string): void {
    const offersTasks = this.#tasks.offer(paramsText, resultText);
    const result = rewriteInitializeResult(resultText, { offersTasks });
    this.port.send(`{"jsonrpc":"2.0","id":${id},"result":${result}}`);
  }

  /** Passes a request on; by default its answer goes back with nothing changed but the id. */
  #forward(message: WireMessage, id: string, onResponse?: (answer: WireMessage) => void): void {
    this.#binding.greeting.remember(message);
    const tokenText = progressTokenOf(message);
    forwardRequest({
      message,
      id,
      binding: this.#binding,
      inFlight: this.#inFlight,
      port: this.port,
      onResponse: onResponse ?? ((answer) => this.port.send(withId(answer, id))),
      onProgress: (progress) => this.#sendProgress(progress, tokenText),
    });
  }

  #sendProgress(message: WireMessage, token: string | null): void {
    if (token !== null) this.port.send(withProgressToken(message, token));
  }

  /** A cancel for a request that has been answered is ignored: opencode sends one every time. */
  #onCancelled(message: WireMessage): void {
    const span = message.param('requestId');
    if (span === null) return;
    const id = sliceOf(message.text, span);
    const entry = this.#inFlight.get(id);
    if (entry === undefined) return;
    this.#inFlight.delete(id);
    const reason = cancelReasonOf(message);
    if (entry.kind === 'call') this.#desk.cancelled(entry, reason);
    else if (entry.kind === 'joined') this.#desk.cancelledJoin(entry);
    else if (entry.kind === 'own') entry.abort.abort();
    else entry.cancel(reason);
  }
}

/** The host's own words, which are for the server. */
function cancelReasonOf(message: WireMessage): string {
  const all = parseJson(message.text);
  const reason = isJsonObject(all) && isJsonObject(all.params) ? all.params.reason : null;
  return typeof reason === 'string' ? reason : CANCELLED_BY_CLIENT;
}

function clientFromInitialize(paramsText: string): ClientFacts {
  const params = parseJson(paramsText);
  return isJsonObject(params) ? clientFrom(JSON.stringify(params.clientInfo)) : UNKNOWN_CLIENT;
}

function clientFrom(infoJson: string | undefined): ClientFacts {
  const parsed = parseJson(infoJson ?? '');
  const info = isJsonObject(parsed) ? parsed : {};
  return {
    name: typeof info.name === 'string' ? info.name : 'unknown',
    version: typeof info.version === 'string' ? info.version : '',
    conversationId: null,
  };
}
