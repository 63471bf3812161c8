import type { Log } from '../../common/log.ts';
import type { Standstill, UpstreamChannel } from './upstreamChannel.ts';

/** The standing still of one upstream (P9): whether its processes can, do, and go on again. */
export class UpstreamPause {
  #isPaused = false;
  #isOver = false;

  constructor(
    private readonly channel: UpstreamChannel,
    private readonly log: Log,
  ) {}

  /** Whether there are processes of ours that this platform can stop. */
  get isPossible(): boolean {
    return this.channel.processes !== undefined && !this.#isOver;
  }

  /** From when it is to be stopped until it goes on: nobody may come to rely on it meanwhile. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Stops its processes where they are. Whoever asks has made sure that nobody else needs them. */
  async pause(): Promise<Standstill> {
    const { processes } = this.channel;
    if (processes === undefined || this.#isOver) return { stands: false, why: 'it is to end' };
    this.#isPaused = true;
    const outcome = await processes.pause();
    if (!outcome.stands) this.#isPaused = false;
    return outcome;
  }

  /** Lets its processes go on: what was sent to them meanwhile they read now. */
  async resume(): Promise<void> {
    if (!this.#isPaused) return;
    await this.channel.processes?.resume();
    this.#isPaused = false;
  }

  /** It is to end, and stands no more from now on. */
  end(): void {
    this.#isOver = true;
    this.wake();
  }

  /** Its work is done, or not wanted any more: it has to hear of that. */
  wake(): void {
    if (!this.#isPaused) return;
    this.resume().catch((error: unknown) => {
      this.log.write('error', 'A paused server could not be let go on.', error);
    });
  }
}
