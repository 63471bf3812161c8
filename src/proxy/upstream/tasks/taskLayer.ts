import type { Clock } from '../../../common/clock.ts';
import { DisposableStore } from '../../../common/disposable.ts';
import { Emitter, type Event } from '../../../common/event.ts';
import { readMessage, type WireMessage } from '../../wire/wireMessage.ts';
import { ChannelView } from '../channelView.ts';
import type { RemoteNews, UpstreamChannel } from '../upstreamChannel.ts';
import { Handshake, type TaskEra } from './handshake.ts';
import { LegacyTasks } from './legacyTasks.ts';
import { ModernTasks } from './modernTasks.ts';
import { OwnRequests } from './ownRequests.ts';
import { RemoteNotes } from './remoteNotes.ts';
import type { TaskPort } from './taskPort.ts';
import type { TaskRouter } from './taskRouter.ts';

/** As `UpstreamTasksOptions`. */
export interface TaskLayerOptions {
  readonly clock: Clock;
  /** Known without a handshake. */
  readonly era?: TaskEra;
}

/** See `withUpstreamTasks`. Looks at the handshake, then routes what a server with tasks needs. */
export class TaskLayer extends ChannelView {
  readonly #lines = new Emitter<string>();
  readonly #owned = new DisposableStore();
  readonly #own: OwnRequests;
  readonly #remotes: RemoteNotes;
  #handshake: Handshake | null;
  #router: TaskRouter | null = null;

  constructor(
    channel: UpstreamChannel,
    private readonly options: TaskLayerOptions,
  ) {
    super(channel);
    this.#own = this.#owned.add(new OwnRequests((line) => channel.send(line)));
    this.#remotes = this.#owned.add(new RemoteNotes(channel));
    this.#handshake = this.#owned.add(this.#createHandshake());
    if (options.era !== undefined) this.#decide(options.era);
    this.#owned.add(channel.onLine((line) => this.#receive(line)));
    this.#owned.add(channel.onExit(() => this.#dispose()));
  }

  override get onLine(): Event<string> {
    return this.#lines.event;
  }

  override get onRemote(): Event<RemoteNews> {
    return this.#remotes.onRemote;
  }

  /** Nothing but this test stands between above and a server without tasks. */
  override send(line: string): void {
    const first = this.#router ?? this.#handshake ?? this.channel;
    first.send(line);
  }

  #receive(line: string): void {
    const isWatched = this.#router !== null || this.#handshake !== null;
    const message = isWatched ? readMessage(line) : null;
    if (message === null) this.#lines.fire(line);
    else if (!this.#own.take(message)) this.#route(message);
  }

  #route(message: WireMessage): void {
    if (this.#router !== null) this.#router.receive(message);
    else {
      this.#handshake?.receive(message);
      this.#lines.fire(message.text);
    }
  }

  #createHandshake(): Handshake {
    return new Handshake({
      clock: this.options.clock,
      forward: (line) => this.channel.send(line),
      ask: (method, params, onAnswer) => this.#own.ask(method, params, onAnswer),
      decided: (era, waiting) => {
        this.#decide(era);
        for (const line of waiting) this.send(line);
      },
    });
  }

  #decide(era: TaskEra): void {
    this.#handshake = null;
    if (era === 'legacy') this.#router = this.#owned.add(new LegacyTasks(this.#port(era)));
    if (era === 'modern') this.#router = this.#owned.add(new ModernTasks(this.#port(era)));
  }

  #port(era: 'legacy' | 'modern'): TaskPort {
    return {
      ...this.options,
      forward: (line) => this.channel.send(line),
      deliver: (line) => this.#lines.fire(line),
      ask: (method, params, onAnswer) => this.#own.ask(method, params, onAnswer),
      taskTold: (call, taskId) => this.#remotes.taskTold(era, call, taskId),
    };
  }

  #dispose(): void {
    this.#handshake = null;
    this.#router = null;
    this.#owned.dispose();
  }
}
