import type { Clock } from '../../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../../common/disposable.ts';
import { readMessage, type WireMessage } from '../../wire/wireMessage.ts';
import type { ChannelExit, UpstreamChannel } from '../upstreamChannel.ts';
import { OwnRequests } from './ownRequests.ts';

/** What came of a question: an answer, the server's exit, or nothing within the limit. */
export type Reply =
  | { readonly kind: 'answer'; readonly answer: WireMessage }
  | { readonly kind: 'gone'; readonly exit: ChannelExit }
  | { readonly kind: 'silent' };

/** A question to the server, and its reply as soon as there is one. */
export interface Asked {
  reply: Reply;
  readonly settled: Promise<void>;
}

const SILENT: Reply = { kind: 'silent' };

/** Speaks to a server before anybody else does. What it says meanwhile on stderr is kept. */
export class Introduction implements Disposable {
  readonly stderr: string[] = [];
  readonly #own: OwnRequests;
  readonly #owned = new DisposableStore();
  readonly #onExit = new Set<(exit: ChannelExit) => void>();
  #exit: ChannelExit | null = null;

  constructor(
    readonly channel: UpstreamChannel,
    private readonly clock: Clock,
  ) {
    this.#own = new OwnRequests((line) => channel.send(line));
    this.#owned.add(channel.onLine((line) => this.#receive(line)));
    this.#owned.add(channel.onStderr((text) => void this.stderr.push(text)));
    this.#owned.add(channel.onExit((exit) => this.#gone(exit)));
  }

  get isGone(): boolean {
    return this.#exit !== null;
  }

  ask(method: string, paramsText: string): Asked {
    const { promise, resolve } = withResolver();
    const asked = { reply: SILENT, settled: promise };
    const settle = (reply: Reply) => {
      if (asked.reply.kind === 'silent') asked.reply = reply;
      resolve();
    };
    const onExit = (exit: ChannelExit) => settle({ kind: 'gone', exit });
    if (this.#exit !== null) onExit(this.#exit);
    else {
      this.#onExit.add(onExit);
      this.#own.ask(method, paramsText, (answer) => settle({ kind: 'answer', answer }));
    }
    return asked;
  }

  /** Waits for a reply, at most so long; `null`: without a limit. */
  async wait(asked: Asked, limitMs: number | null): Promise<Reply> {
    if (limitMs === null) await asked.settled;
    else {
      const { promise, resolve } = withResolver();
      const timer = this.clock.after(limitMs, resolve);
      await Promise.race([asked.settled, promise]);
      timer.dispose();
    }
    return asked.reply;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #receive(line: string): void {
    const message = readMessage(line);
    if (message !== null) this.#own.take(message);
  }

  #gone(exit: ChannelExit): void {
    this.#exit = exit;
    for (const onExit of this.#onExit) onExit(exit);
  }
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
