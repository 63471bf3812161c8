import { DisposableStore } from '../../common/disposable.ts';
import { Emitter } from '../../common/event.ts';
import { elementsOf } from '../../common/jsonSpans.ts';
import type { Log } from '../../common/log.ts';
import type { UpstreamFacts } from '../../registry/taskRecord.ts';
import { errorLine, notificationLine, requestLine, WireErrorCode } from '../wire/jsonRpc.ts';
import { META_CALL, META_SUBSCRIPTION_ID, Method } from '../wire/mcpNames.ts';
import {
  metaOf,
  paramOf,
  readMessage,
  sliceOf,
  type WireMessage,
  withOwnId,
  withOwnIdAndToken,
} from '../wire/wireMessage.ts';
import { AskedRequests, isQuestionOfTask } from './askedRequests.ts';
import { describeExit } from './describeExit.ts';
import type { Handshake } from './handshake.ts';
import type { RequestObserver, UpstreamListener } from './requestObserver.ts';
import type { ChannelExit, UpstreamChannel, UpstreamEnding } from './upstreamChannel.ts';
import { UpstreamPause } from './upstreamPause.ts';

export interface UpstreamOptions {
  /** Unique in this broker. */
  readonly id: string;
  readonly route: string;
  readonly channel: UpstreamChannel;
  readonly log: Log;
  /** Started for one call alone (`isolation: "perCall"`): it serves nobody else, ever. */
  readonly isOwn?: boolean;
}

/**
 * One upstream process and its requests in flight. Ids and progress tokens are ours on this side,
 * so that a later downstream never collides with an earlier one. Lives longer than a downstream.
 */
export class Upstream {
  readonly #pending = new Map<number, RequestObserver>();
  /** Those that were asked to stop: an answer may still come, and nobody needs it. */
  readonly #unwanted = new Set<number>();
  /** Calls that a task goes on with, once questions are answered (2026-07-28). */
  readonly #rounds = new Map<number, RequestObserver>();
  readonly #gone = new Emitter<string>();
  readonly #owned = new DisposableStore();
  #lastId = 0;
  #whyGone: string | null = null;
  #isEnding = false;
  #wasShutDown = false;
  #exit: ChannelExit | null = null;
  #ending: Promise<UpstreamEnding> | null = null;
  #shuttingDown: Promise<void> | null = null;
  /** Settles when the exit is known. */
  readonly onGone = this.#gone.event;
  readonly standstill: UpstreamPause;

  listener: UpstreamListener | null = null;
  handshake: Handshake | null = null;
  readonly #asked = new AskedRequests();

  readonly id: string;
  readonly route: string;
  readonly isOwn: boolean;
  private readonly channel: UpstreamChannel;
  private readonly log: Log;

  constructor({ id, route, channel, log, isOwn = false }: UpstreamOptions) {
    this.id = id;
    this.route = route;
    this.isOwn = isOwn;
    this.channel = channel;
    this.log = log;
    this.standstill = new UpstreamPause(channel, log);
    this.#owned.add(channel.onLine((line) => this.#receive(line)));
    this.#owned.add(channel.onStderr((text) => this.listener?.stderr(text)));
    this.#owned.add(
      channel.onRemote(({ requestId, remote }) => this.#pending.get(requestId)?.onRemote?.(remote)),
    );
    this.#owned.add(channel.onExit((exit) => this.#onExit(exit)));
  }

  get facts(): UpstreamFacts | null {
    return this.channel.facts;
  }

  get isGone(): boolean {
    return this.#whyGone !== null;
  }

  /** Gone, or on its way: what is sent to it now would be lost with it. */
  get isLeaving(): boolean {
    return this.#isEnding || this.isGone;
  }

  /**
   * Whether it went without being asked to, or was ended by force: its session may want another. A
   * server that exits with code 0 is done, by its own account.
   */
  get wasCutShort(): boolean {
    if (this.#exit === null || this.#wasShutDown) return false;
    return this.#ending !== null || this.#exit.code !== 0;
  }

  /** Whether an attached session needs it beside the call that it runs. */
  get servesSession(): boolean {
    return !this.isOwn && this.listener !== null;
  }

  /** Requests that somebody waits for, those of tasks included, and those that wait for a retry. */
  get inFlight(): number {
    return this.#pending.size + this.#rounds.size - this.#unwanted.size;
  }

  /** Sends a downstream's request under an id of ours; its token, if any, is replaced as well. */
  forward(message: WireMessage, observer: RequestObserver): number {
    const id = this.#register(observer);
    this.#send(withOwnId(message, id));
    return id;
  }

  /** As `forward`, and asks for progress even where the downstream did not. */
  forwardCall(message: WireMessage, observer: RequestObserver): number {
    const id = this.#register(observer);
    for (const [round, asked] of this.#rounds) if (asked === observer) this.#rounds.delete(round);
    this.#send(withOwnIdAndToken(message, id));
    return id;
  }

  /** This call was answered with questions: its work goes on when it is sent once more. */
  awaitRetry(id: number, observer: RequestObserver): void {
    this.#rounds.set(id, observer);
  }

  /** Sends a request of our own. */
  request(method: string, paramsText: string, observer: RequestObserver): number {
    const id = this.#register(observer);
    this.#send(requestLine(id, method, paramsText));
    return id;
  }

  /** Waits for the answer to a request of an earlier connection: the channel has asked for it. */
  expect(id: number, observer: RequestObserver): void {
    this.#pending.set(id, observer);
  }

  /** Sends a line as it is: a notification or an answer. */
  sendRaw(line: string): void {
    this.#send(line);
  }

  /** Passes an answer to one of the upstream's own requests; false when it asked no such thing. */
  answer(message: WireMessage): boolean {
    if (message.id === null || !this.#asked.takeAnswered(message.id)) return false;
    this.#send(message.text);
    return true;
  }

  /** For which request of ours a server asks something, where the task layer has noted it. */
  askedFor(message: WireMessage): RequestObserver | undefined {
    const request = metaOf(message, META_CALL);
    return typeof request === 'number' ? this.#pending.get(request) : undefined;
  }

  /** Asks for a stop. With `forget`, an answer that still comes is dropped. */
  cancel(id: number, options: { reason: string; forget: boolean }): void {
    if (!this.#rounds.delete(id) && !this.#pending.has(id)) return;
    if (options.forget) this.#forget(id);
    else if (this.#pending.has(id)) this.#unwanted.add(id);
    this.#send(notificationLine(Method.cancelled, { requestId: id, reason: options.reason }));
    this.standstill.wake();
  }

  isPending(id: number): boolean {
    return this.#pending.has(id);
  }

  /** Nobody is attached any more: what it has asked becomes a question of its task, or is refused. */
  detach(): void {
    this.listener = null;
    this.holdOutput(false);
    for (const message of this.#asked.takeOfHost()) {
      if (message.id !== null) this.#answerAlone(message, message.id);
    }
  }

  /** While its host does not read, an upstream is not read either. */
  holdOutput(isHeld: boolean): void {
    this.channel.holdOutput(isHeld);
  }

  /** Never rejects: nobody waits for the end of what nobody needs. Asked twice, it is done once. */
  shutDown(): Promise<void> {
    this.#isEnding = true;
    this.#wasShutDown = true;
    this.standstill.end();
    this.#shuttingDown ??= this.#shutDownChannel();
    return this.#shuttingDown;
  }

  async #shutDownChannel(): Promise<void> {
    try {
      await this.channel.shutDown();
    } catch (error) {
      this.log.write('error', `Server \`${this.route}\` could not be ended.`, error);
    }
  }

  /** By force. Asked twice, it has been ended once: both hear how far that had to go. */
  async end(graceMs: number): Promise<UpstreamEnding> {
    this.#isEnding = true;
    const ending = this.channel.end(graceMs);
    this.#ending ??= ending;
    await ending;
    return await this.#ending;
  }

  /** How far the end by force had to go; `null` when nobody has ended it. */
  get ending(): Promise<UpstreamEnding> | null {
    return this.#ending;
  }

  endDescendants(sinceMs: number, graceMs: number): Promise<UpstreamEnding> {
    return this.channel.endDescendants(sinceMs, graceMs);
  }

  #forget(id: number): void {
    this.#pending.delete(id);
    this.#unwanted.delete(id);
  }

  #register(observer: RequestObserver): number {
    this.#lastId += 1;
    const why = this.#whyGone;
    if (why === null) this.#pending.set(this.#lastId, observer);
    else queueMicrotask(() => observer.onGone(why));
    return this.#lastId;
  }

  #send(line: string): void {
    if (this.#whyGone === null) this.channel.send(line);
  }

  #receive(line: string): void {
    const message = readMessage(line);
    if (message !== null) this.#dispatch(message);
    else this.#receiveOther(line);
  }

  /** Batches exist in one old revision (2025-03-26); their members go on one by one. */
  #receiveOther(line: string): void {
    const batch = elementsOf(line);
    if (batch !== null) {
      for (const member of batch) this.#receive(sliceOf(line, member));
    } else {
      this.log.write(
        'warn',
        `Server \`${this.route}\` wrote something to stdout that is not a message; it was left out. Its logs belong on stderr.`,
      );
    }
  }

  #dispatch(message: WireMessage): void {
    if (message.kind === 'response') this.#onResponse(message);
    else if (message.method === Method.progress) this.#onProgress(message);
    else if (message.method === Method.cancelled && this.#isTakenBack(message)) return;
    else if (message.kind === 'notification' && this.#isNews(message)) return;
    else if (this.listener !== null) {
      this.#asked.add(message);
      this.listener.receive(message);
    } else if (message.id !== null) this.#answerAlone(message, message.id);
  }

  /** The server no longer wants to know what it has asked a task. */
  #isTakenBack(message: WireMessage): boolean {
    const id = message.param('requestId');
    return id !== null && this.#asked.takeBack(sliceOf(message.text, id));
  }

  /** Nobody is attached: a ping is answered, a question put to its task, all else refused. */
  #answerAlone(message: WireMessage, id: string): void {
    if (message.method === 'ping') this.#send(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
    else if (!isQuestionOfTask(message) || !this.#askTask(message, id)) this.#refuse(id);
  }

  #askTask(message: WireMessage, id: string): boolean {
    const withdraw = this.#askedOf(message)?.onAsk?.(message, (line) => {
      this.#asked.delete(id);
      this.#send(line);
    });
    if (withdraw == null) return false;
    this.#asked.add(message, withdraw);
    return true;
  }

  /** Whose question it is: the task layer knows, or only one can have it; else the latest call. */
  #askedOf(message: WireMessage): RequestObserver | undefined {
    if (message.meta(META_CALL) !== null) return this.askedFor(message);
    return [...this.#pending.values()].filter((observer) => observer.onAsk !== undefined).at(-1);
  }

  #refuse(id: string): void {
    const why = 'No client is attached that could answer; the call goes on in the background.';
    this.#send(errorLine(id, WireErrorCode.internalError, why));
  }

  #onResponse(message: WireMessage): void {
    const id = Number(message.id);
    // A server of the legacy era may have gone on without the answers to its questions.
    const observer = this.#pending.get(id) ?? this.#rounds.get(id);
    if (observer === undefined) return;
    this.#forget(id);
    this.#rounds.delete(id);
    observer.onResponse(message);
    if (this.inFlight === 0) this.standstill.wake();
  }

  /** Whether it belongs to a listen request of ours, which then has it. */
  #isNews(message: WireMessage): boolean {
    const ended = message.method === Method.cancelled ? message.param('requestId') : null;
    const place = message.meta(META_SUBSCRIPTION_ID) ?? ended;
    if (place === null) return false;
    const observer = this.#pending.get(Number(sliceOf(message.text, place)));
    observer?.onNews?.(message, place);
    return observer?.onNews !== undefined;
  }

  #onProgress(message: WireMessage): void {
    const token = paramOf(message, 'progressToken');
    if (typeof token === 'number') this.#pending.get(token)?.onProgress?.(message);
  }

  #onExit(exit: ChannelExit): void {
    const why = describeExit(this.route, exit);
    this.#whyGone = why;
    this.#exit = exit;
    this.log.write('info', why);
    const observers = [...this.#pending.values(), ...this.#rounds.values()];
    this.#pending.clear();
    this.#unwanted.clear();
    this.#rounds.clear();
    this.#gone.fire(why);
    for (const observer of observers) observer.onGone(why);
    this.#owned.dispose();
  }
}
