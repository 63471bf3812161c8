import { parsed } from './fakeChannel.ts';
import type { FakeHost } from './fakeHost.ts';

/** Lets an SDK's client speak over a session; fits the transports of both major versions. */
export class SessionTransport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends object>(message: T) => void;

  constructor(private readonly host: FakeHost) {}

  async start(): Promise<void> {
    this.host.onLine = (line) => {
      const message = parsed(line);
      queueMicrotask(() => this.onmessage?.(message));
    };
  }

  async send(message: object): Promise<void> {
    this.host.send(message);
  }

  async close(): Promise<void> {
    this.host.session.close();
    this.onclose?.();
  }
}
