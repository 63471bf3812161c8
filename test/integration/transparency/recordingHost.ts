import type { TestContext } from 'node:test';
import type { JsonObject } from '../../../src/common/json.ts';
import { LineInbox } from '../../support/lineInbox.ts';

/** What carries messages to a server and back, whatever the transport. */
export interface MessageChannel {
  send(message: JsonObject): Promise<void>;
  close(): Promise<void>;
}

export type OpenChannel = (onMessage: (message: JsonObject) => void) => Promise<MessageChannel>;

/** Answers a request of the server. */
export type AnswerRequest = (method: string, params: JsonObject) => JsonObject;

/** A host that keeps every message it gets, in the order in which they came. */
export class RecordingHost {
  readonly received: JsonObject[] = [];
  readonly #inbox = new LineInbox();
  #channel: MessageChannel | undefined;
  #lastId = 0;

  private constructor(private readonly answer: AnswerRequest) {}

  /** Closed with the test at the latest. */
  static async open(
    t: TestContext,
    open: OpenChannel,
    answer: AnswerRequest,
  ): Promise<RecordingHost> {
    const host = new RecordingHost(answer);
    host.#channel = await open((message) => host.#take(message));
    t.after(() => host.close());
    return host;
  }

  /** Sends the request and waits for its answer; every other id is a string. */
  async request(method: string, params?: JsonObject): Promise<JsonObject> {
    const id = await this.start(method, params);
    return await this.#next((message) => message.id === id && message.method === undefined);
  }

  /** Sends the request; answers its id. */
  async start(method: string, params?: JsonObject): Promise<string | number> {
    this.#lastId += 1;
    const id = this.#lastId % 2 === 0 ? `id-${this.#lastId}` : this.#lastId;
    await this.#send({ jsonrpc: '2.0', id, method, ...(params && { params }) });
    return id;
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    await this.#send({ jsonrpc: '2.0', method, ...(params && { params }) });
  }

  /** Waits for a message of this method that was not waited for before. */
  async expect(method: string): Promise<JsonObject> {
    return await this.#next((message) => message.method === method);
  }

  async close(): Promise<void> {
    await this.#channel?.close();
  }

  async #next(fits: (message: JsonObject) => boolean): Promise<JsonObject> {
    return JSON.parse(await this.#inbox.next((line) => fits(JSON.parse(line))));
  }

  async #send(message: JsonObject): Promise<void> {
    await this.#channel?.send(message);
  }

  #take(message: JsonObject): void {
    this.received.push(message);
    this.#inbox.push(JSON.stringify(message));
    const { id, method, params = {} } = message;
    if (typeof method !== 'string' || id === undefined) return;
    const result = this.answer(method, params as JsonObject);
    void this.#send({ jsonrpc: '2.0', id, result }).catch(() => {});
  }
}
