import type { ProcessPause, Standstill } from '../../src/proxy/upstream/upstreamChannel.ts';

/** The processes of a server that a test plays: whether they stand, and since when they could not. */
export class FakePause implements ProcessPause {
  isStanding = false;
  /** What was asked of them, in order. */
  readonly asked: ('pause' | 'resume')[] = [];
  /** Why they cannot be stopped. */
  failure: string | null = null;
  #gate: Promise<void> = Promise.resolve();

  /** Stopping takes until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  async pause(): Promise<Standstill> {
    this.asked.push('pause');
    await this.#gate;
    if (this.failure !== null) return { stands: false, why: this.failure };
    this.isStanding = true;
    return { stands: true };
  }

  async resume(): Promise<void> {
    this.asked.push('resume');
    await this.#gate;
    this.isStanding = false;
  }
}
