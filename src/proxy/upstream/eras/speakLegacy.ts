import { type Disposable, DisposableStore, toDisposable } from '../../../common/disposable.ts';
import { Emitter, type Event } from '../../../common/event.ts';
import { Method } from '../../wire/mcpNames.ts';
import { readMessage, type WireMessage } from '../../wire/wireMessage.ts';
import { ChannelView } from '../channelView.ts';
import type { RemoteNews, UpstreamChannel } from '../upstreamChannel.ts';
import type { KnownEra } from './eraMemory.ts';
import { type EraBridgeOptions, LegacyOverModern } from './legacyOverModern.ts';

/** A bridge for a legacy client, where one is needed. */
export interface SpeakLegacyOptions extends EraBridgeOptions {
  /** Of this server, for legacy clients. */
  readonly known: KnownEra;
}

/** How long a server that has refused `initialize` may take to answer `server/discover`. */
const DISCOVER_LIMIT_MS = 2_000;
/** How long one that has spoken the modern era before: it may be slow to start. */
const KNOWN_LIMIT_MS = 10_000;

/**
 * A channel that a legacy client can speak to, whatever the server speaks. A legacy server is passed
 * through: once it has been initialised, one test per line is all that this costs.
 */
export function speakLegacy(
  channel: UpstreamChannel,
  options: SpeakLegacyOptions,
): UpstreamChannel {
  return new LegacySpeaker(channel, options);
}

class LegacySpeaker extends ChannelView {
  readonly #lines = new Emitter<string>();
  readonly #remotes = new Emitter<RemoteNews>();
  readonly #watch = new DisposableStore();
  #isWatching = true;
  /** Whether what the server sends goes to the bridge. */
  #isTaken = false;
  #initialize: WireMessage | null = null;
  #bridge: LegacyOverModern | null = null;
  #limit: Disposable | null = null;

  constructor(
    channel: UpstreamChannel,
    private readonly options: SpeakLegacyOptions,
  ) {
    super(channel);
    // Before anybody else listens: it decides whose a line is.
    this.#watch.add(channel.onLine((line) => this.#look(line)));
    this.#watch.add(channel.onExit(() => this.#settle()));
  }

  override get onLine(): Event<string> {
    return (listener) =>
      both(this.#lines.event(listener), this.channel.onLine(this.#untaken(listener)));
  }

  override get onRemote(): Event<RemoteNews> {
    return (listener) =>
      both(this.#remotes.event(listener), this.channel.onRemote(this.#untaken(listener)));
  }

  override send(line: string): void {
    if (this.#bridge !== null) this.#bridge.send(line);
    else if (this.#isWatching) this.#sendWatched(line);
    else this.channel.send(line);
  }

  #untaken<T>(listener: (value: T) => void): (value: T) => void {
    return (value) => {
      if (!this.#isTaken) listener(value);
    };
  }

  #sendWatched(line: string): void {
    const message = readMessage(line);
    if (message?.method === Method.initialize) this.#initialize = message;
    if (message === this.#initialize && message !== null && this.options.known.era === 'modern') {
      this.#tryBridge(message, null);
    } else this.channel.send(line);
  }

  #look(line: string): void {
    const message = this.#initialize === null || this.#isTaken ? null : readMessage(line);
    if (message?.kind !== 'response' || message.id !== this.#initialize?.id) return;
    if (message.result !== null) this.#settle();
    else this.#tryBridge(this.#initialize, message);
  }

  /** Nothing is to be found out any more. */
  #settle(): void {
    this.#isWatching = false;
    this.#initialize = null;
    this.#limit?.dispose();
    this.#watch.dispose();
  }

  /**
   * `refusal`: what the server said to `initialize`; it counts if it cannot be discovered either.
   * Without one the server was not asked: it has spoken the modern era before.
   */
  #tryBridge(request: WireMessage, refusal: WireMessage | null): void {
    const bridge = new LegacyOverModern(this.channel, this.options);
    this.#bridge = bridge;
    this.#isTaken = true;
    bridge.onRemote((news) => this.#remotes.fire(news));
    bridge.onLine((line) => {
      const answer = this.#isWatching ? readMessage(line) : null;
      if (answer?.id !== request.id || answer?.kind !== 'response') this.#lines.fire(line);
      else if (answer.result === null) this.#backOut(request, refusal);
      else this.#bridged(line);
    });
    const limitMs = refusal === null ? KNOWN_LIMIT_MS : DISCOVER_LIMIT_MS;
    this.#limit = this.options.clock.after(limitMs, () => this.#backOut(request, refusal));
    bridge.send(request.text);
  }

  #bridged(line: string): void {
    this.#settle();
    this.options.known.note('modern');
    this.#lines.fire(line);
  }

  /** The server speaks no other era, either, or no more: its client hears what it has to say. */
  #backOut(request: WireMessage, refusal: WireMessage | null): void {
    this.options.known.forget();
    this.#limit?.dispose();
    this.#bridge?.detach();
    this.#bridge = null;
    this.#isTaken = false;
    this.#initialize = refusal === null ? request : null;
    if (refusal === null) this.channel.send(request.text);
    else this.#lines.fire(refusal.text);
  }
}

function both(one: Disposable, other: Disposable): Disposable {
  return toDisposable(() => {
    one.dispose();
    other.dispose();
  });
}
