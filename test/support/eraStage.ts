import { isJsonObject, type JsonObject } from '../../src/common/json.ts';
import type { UpstreamChannel } from '../../src/proxy/upstream/upstreamChannel.ts';
import { FakeChannel, parsed, type Script } from './fakeChannel.ts';
import { FakeClock } from './fakeClock.ts';
import { settle } from './settle.ts';

export const MODERN = '2026-07-28';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

/** A client and a server of different eras, played by a test, and a channel between them. */
export class EraStage {
  readonly clock = new FakeClock();
  readonly server: FakeChannel;
  readonly warnings: string[] = [];
  /** What the client was told, in order. */
  readonly told: JsonObject[] = [];
  #channel: UpstreamChannel | null = null;

  constructor(script: Script = () => undefined) {
    this.server = new FakeChannel(script);
  }

  get options() {
    const log = { write: (_level: string, message: string) => void this.warnings.push(message) };
    return { clock: this.clock, log };
  }

  /** The client listens to this channel from now on. */
  attach(channel: UpstreamChannel): void {
    this.#channel = channel;
    channel.onLine((line) => void this.told.push(parsed(line)));
  }

  /** The client sends this. */
  async send(message: object): Promise<void> {
    this.#channel?.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
    await settle();
  }

  /** The client sends a request. */
  async ask(id: number, method: string, params?: object): Promise<void> {
    await this.send({ id, method, ...(params && { params }) });
  }

  /** The server prints this. */
  async print(message: object): Promise<void> {
    this.server.print({ jsonrpc: '2.0', ...message });
    await settle();
  }

  /** What the client was answered under this id. */
  answersTo(id: number): JsonObject[] {
    return this.told.filter((message) => message.id === id && message.method === undefined);
  }

  resultOf(id: number): unknown {
    return this.answersTo(id).at(-1)?.result;
  }

  errorOf(id: number): JsonObject {
    const error = this.answersTo(id).at(-1)?.error;
    return isJsonObject(error) ? error : {};
  }

  /** Requests and notifications of this method that the client was sent. */
  toldOf(method: string): JsonObject[] {
    return this.told.filter((message) => message.method === method);
  }
}

/** Requests of the server's that wait to be answered by id, last first. */
export function lastId(server: FakeChannel, method: string): unknown {
  return server.last(method).id;
}

/** A modern client's `_meta`. */
export function envelope(capabilities: object = {}, more: object = {}): object {
  return {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': { name: 'host', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...more,
  };
}

/** The `_meta` that belongs to a listening. */
export function tagged(id: unknown, more: object = {}): object {
  return { _meta: { [SUBSCRIPTION]: id, ...more } };
}
