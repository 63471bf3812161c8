import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { parseJson } from '../../common/json.ts';
import { elementsOf } from '../../common/jsonSpans.ts';
import { Handshake } from './handshake.ts';
import {
  cancelledLine,
  errorLine,
  LINK_LOST,
  RpcCode,
  type RpcFailure,
  TOO_DEEP,
} from './hostAnswers.ts';
import {
  cancelledIdOf,
  classify,
  type HostMessage,
  type RequestId,
  readHostMessage,
} from './hostMessage.ts';
import { InFlight } from './inFlight.ts';
import { isSideLine, REPLAY_LINE, stderrTextOf, unwrittenLine } from './sideLine.ts';
import { StandingRequests } from './standingRequests.ts';
import { UpstreamQuestions } from './upstreamQuestions.ts';
import { type WaitingLine, WaitingLines } from './waitingLines.ts';

/** How long a request waits for a link before it is answered with an error. */
export const LINK_WAIT_MS = 30_000;

export interface SessionPorts {
  toHost(line: string): void;
  /** Called only while the link is up. */
  toLink(line: string): void;
  toStderr(text: string): void;
  /** The server behind a new link refused the replayed initialize: a new link may fare better. */
  dropLink(): void;
  readonly clock: Clock;
}

type Phase = 'down' | 'replaying' | 'open';

type Request = Extract<HostMessage, { kind: 'request' }>;
type Notification = Extract<HostMessage, { kind: 'notification' }>;
type Response = Extract<HostMessage, { kind: 'response' }>;

/**
 * What stands between one host and a link that may break: every request of the host gets exactly
 * one answer, whatever happens to the link. Lines pass as they came; only envelopes are read.
 */
export class ConnectSession implements Disposable {
  readonly #inFlight = new InFlight();
  readonly #questions = new UpstreamQuestions();
  readonly #handshake = new Handshake();
  readonly #standing = new StandingRequests();
  readonly #waiting: WaitingLines;
  #phase: Phase = 'down';
  #replayId: string | undefined;
  #lastFailure = 'it has not answered yet';

  constructor(private readonly ports: SessionPorts) {
    this.#waiting = new WaitingLines({
      waitMs: LINK_WAIT_MS,
      clock: ports.clock,
      onExpired: (id) => this.#fail(id, this.#unreachable()),
    });
  }

  fromHost(line: string): void {
    const message = readHostMessage(line);
    if (message === null) this.#parseFromHost(line);
    else this.#takeFromHost(message, line);
  }

  #parseFromHost(line: string): void {
    const batch = elementsOf(line);
    if (batch === null) this.#refuseFromHost(parseJson(line));
    // A batch (2025-03-26) goes on as single messages: each has its own answer to wait for.
    else for (const { start, end } of batch) this.fromHost(line.slice(start, end));
  }

  /** What is nested so deeply that nobody here reads it still gets its answer if it wants one. */
  #refuseFromHost(value: unknown): void {
    const message = classify(value);
    if (value === undefined) this.#refuse(RpcCode.parse, 'This line is not JSON.');
    else if (message.kind === 'request') this.#fail(message.id, TOO_DEEP);
    else this.#refuse(RpcCode.invalid, 'This line is not a JSON-RPC message.');
  }

  fromLink(line: string): void {
    if (isSideLine(line)) {
      this.#takeSideLine(line);
      return;
    }
    const message = readHostMessage(line) ?? classify(parseJson(line));
    if (message.kind === 'other') return;
    if (message.kind === 'response') this.#takeAnswer(message, line);
    else {
      this.#noteQuestion(message);
      this.ports.toHost(line);
    }
  }

  linkOpened(): void {
    const replay = this.#handshake.replayLine();
    if (replay === undefined) {
      this.#open();
      return;
    }
    this.#phase = 'replaying';
    this.#replayId = replay.id;
    this.ports.toLink(REPLAY_LINE);
    this.ports.toLink(replay.line);
  }

  linkLost(): void {
    this.#phase = 'down';
    this.#replayId = undefined;
    this.#lastFailure = 'the connection broke';
    const again: WaitingLine[] = [];
    for (const { id, line, arrivedMs } of this.#inFlight.takeUnanswered()) {
      if (line === '') this.#fail(id, LINK_LOST);
      else again.push({ id, line, method: 'initialize', arrivedMs });
    }
    for (const id of this.#questions.abandonAll()) {
      this.ports.toHost(cancelledLine(id, 'The server that asked is gone.'));
    }
    this.#sendAgain(again);
  }

  /** An attempt to open the link failed; told to whoever has waited too long. */
  linkFailed(reason: string): void {
    this.#lastFailure = reason;
  }

  /** Answers all that waits, where waiting is known to be in vain. */
  failWaiting(reason: string): void {
    this.#lastFailure = reason;
    for (const { id } of this.#waiting.takeAll()) {
      if (id !== null) this.#fail(id, this.#unreachable());
    }
  }

  /** Hands over what has not been sent, in order, to who serves the host from now on. */
  takeWaiting(): string[] {
    return this.#waiting.takeAll().map(({ line }) => line);
  }

  dispose(): void {
    this.#waiting.dispose();
  }

  #takeFromHost(message: HostMessage, line: string): void {
    if (message.kind === 'other' || isSideLine(line)) {
      this.#refuse(RpcCode.invalid, 'This line is not a JSON-RPC message.');
    } else if (message.kind === 'request') this.#takeRequest(message, line);
    else if (message.kind === 'notification') this.#takeNotification(message, line);
    else this.#takeHostAnswer(message.id, line);
  }

  #takeRequest({ id, method }: Request, line: string): void {
    if (method === 'initialize') this.#handshake.requested(id, line);
    this.#standing.note(method, line);
    const mayWait = this.#phase !== 'open' || method === 'initialize';
    const arrivedMs = mayWait ? this.ports.clock.monotonic() : 0;
    this.#sendOrKeep({ id, method, line, arrivedMs });
  }

  #takeNotification(message: Notification, line: string): void {
    const { method, params } = message;
    if (method === 'notifications/cancelled') this.#takeCancel(cancelledIdOf(params), line);
    else {
      const isInitialized = method === 'notifications/initialized';
      if (isInitialized) this.#handshake.initialized(line);
      // The replay brings it to the next link.
      if (isInitialized && this.#phase !== 'open' && this.#handshake.isComplete) return;
      this.#sendOrKeep({ id: null, method, line, arrivedMs: this.ports.clock.monotonic() });
    }
  }

  /** opencode cancels every request that has been answered: such a cancel must not travel on. */
  #takeCancel(id: RequestId | undefined, line: string): void {
    if (id === undefined || this.#waiting.remove(id)) return;
    if (this.#inFlight.cancel(id)) this.ports.toLink(line);
  }

  #takeHostAnswer(id: RequestId | null, line: string): void {
    const isWanted = id === null || this.#questions.answered(id);
    if (isWanted && this.#phase !== 'down') this.ports.toLink(line);
  }

  #takeSideLine(line: string): void {
    const text = stderrTextOf(line);
    if (text !== undefined) this.ports.toStderr(text);
  }

  /** Withdrawn questions need no answer of the host; open ones are withdrawn with their link. */
  #noteQuestion(message: Request | Notification): void {
    if (message.kind === 'request') this.#questions.asked(message.id);
    else if (message.method === 'notifications/cancelled') {
      const id = cancelledIdOf(message.params);
      if (id !== undefined) this.#questions.withdrawn(id);
    }
  }

  #takeAnswer({ id, isError }: Response, line: string): void {
    if (id === null) this.ports.toHost(line);
    else if (id === this.#replayId) this.#replayed(isError, line);
    else this.#settle(id, isError, line);
  }

  #settle(id: RequestId, isError: boolean, line: string): void {
    const verdict = this.#inFlight.settle(id);
    if (verdict === 'unknown') return;
    this.#handshake.answered(id, isError);
    if (verdict === 'deliver') this.ports.toHost(line);
    else this.ports.toLink(unwrittenLine(id));
  }

  #replayed(isError: boolean, line: string): void {
    this.#replayId = undefined;
    if (isError) {
      this.failWaiting(`the server could not be started again: ${messageIn(line)}`);
      this.ports.dropLink();
    } else {
      const { initializedLine } = this.#handshake;
      if (initializedLine !== undefined) this.ports.toLink(initializedLine);
      for (const standing of this.#standing.lines()) this.ports.toLink(standing);
      this.#open();
    }
  }

  #open(): void {
    this.#phase = 'open';
    for (const waiting of this.#waiting.takeAll()) this.#send(waiting);
  }

  #sendOrKeep(waiting: WaitingLine): void {
    if (this.#phase === 'open') this.#send(waiting);
    else this.#waiting.push(waiting);
  }

  #send({ id, method, line, arrivedMs }: WaitingLine): void {
    if (id !== null) {
      this.#inFlight.add({ id, line: method === 'initialize' ? line : '', arrivedMs });
    }
    this.ports.toLink(line);
  }

  /** A host may send `initialized` without waiting for the answer; then it must go again as well. */
  #sendAgain(lines: readonly WaitingLine[]): void {
    const first = lines[0];
    if (first === undefined) return;
    const { initializedLine } = this.#handshake;
    const method = 'notifications/initialized';
    const { arrivedMs } = first;
    const tail: WaitingLine[] =
      initializedLine === undefined ? [] : [{ id: null, method, line: initializedLine, arrivedMs }];
    this.#waiting.putFirst([...lines, ...tail]);
  }

  #unreachable(): RpcFailure {
    const message = `MCP Task Handles has no broker for this request, which was not carried out: ${this.#lastFailure}`;
    return { code: RpcCode.internal, message, localCode: 'no_broker' };
  }

  #refuse(code: number, message: string): void {
    this.ports.toHost(errorLine(null, { code, message, localCode: 'invalid_message' }));
  }

  #fail(id: RequestId, failure: RpcFailure): void {
    this.ports.toHost(errorLine(id, failure));
  }
}

function messageIn(line: string): string {
  const { error } = parseJson(line) as { error?: { message?: unknown } };
  return typeof error?.message === 'string' ? error.message : 'no reason given';
}
