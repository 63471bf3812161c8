import type { Disposable } from '../../src/common/disposable.ts';
import type { UpstreamChannel } from '../../src/proxy/upstream/upstreamChannel.ts';
import { parsed } from './fakeChannel.ts';

/** Lets an SDK's client speak over a channel; fits the transports of both major versions. */
export class ChannelTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends object>(message: T) => void;
  #listening: Disposable | null = null;

  constructor(private readonly channel: UpstreamChannel) {}

  async start(): Promise<void> {
    // Each in a turn of its own: the second major drops progress that comes along with the result.
    this.#listening = this.channel.onLine((line) =>
      setImmediate(() => this.onmessage?.(parsed(line))),
    );
  }

  async send(message: object): Promise<void> {
    this.channel.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    this.#listening?.dispose();
    await this.channel.shutDown();
    this.onclose?.();
  }
}
