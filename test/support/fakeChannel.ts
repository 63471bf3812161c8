import assert from 'node:assert/strict';
import { Emitter } from '../../src/common/event.ts';
import { isJsonObject, type JsonObject } from '../../src/common/json.ts';
import {
  type ChannelExit,
  NOTHING_ENDED,
  type RemoteNews,
  type RemotePlace,
  type UpstreamChannel,
  type UpstreamEnding,
} from '../../src/proxy/upstream/upstreamChannel.ts';
import { FakePause } from './fakePause.ts';

/** What the fake server does by itself with a request; `undefined`: the test answers. */
export type Script = (request: JsonObject) => object | undefined;

/** A server process that a test plays. */
export class FakeChannel implements UpstreamChannel {
  readonly #lines = new Emitter<string>();
  readonly #stderr = new Emitter<string>();
  readonly #exits = new Emitter<ChannelExit>();
  readonly #remotes = new Emitter<RemoteNews>();
  readonly facts = { pid: 4711, startTime: '1', bootId: 'b' };
  readonly processes = new FakePause();
  readonly onLine = this.#lines.event;
  readonly onStderr = this.#stderr.event;
  readonly onExit = this.#exits.event;
  readonly onRemote = this.#remotes.event;
  /** Every line that reached the server. */
  readonly sent: string[] = [];
  shutDowns = 0;
  /** Where it is, if it is a remote server. */
  where: RemotePlace | null = null;
  readonly place = () => this.where;
  isHeld = false;
  ends: number[] = [];
  /** What its end, and that of what it has started, come to. */
  ending: UpstreamEnding = { ...NOTHING_ENDED, level: 'terminated' };
  descendantsEnding = NOTHING_ENDED;

  constructor(private readonly script: Script) {}

  send(line: string): void {
    this.sent.push(line);
    const request = parsed(line);
    const result = request.id === undefined ? undefined : this.script(request);
    if (result !== undefined) queueMicrotask(() => this.answer(request.id, result));
  }

  holdOutput(isHeld: boolean): void {
    this.isHeld = isHeld;
  }

  async shutDown(): Promise<void> {
    this.shutDowns += 1;
    this.exit({});
  }

  async end(graceMs: number): Promise<UpstreamEnding> {
    this.ends.push(graceMs);
    this.exit({ code: null, signal: 'SIGTERM' });
    return this.ending;
  }

  async endDescendants(): Promise<UpstreamEnding> {
    return this.descendantsEnding;
  }

  /** The server prints this line. */
  print(line: string | object): void {
    this.#lines.fire(typeof line === 'string' ? line : JSON.stringify(line));
  }

  complain(text: string): void {
    this.#stderr.fire(text);
  }

  answer(id: unknown, result: object): void {
    this.print({ jsonrpc: '2.0', id, result });
  }

  tellRemote(news: RemoteNews): void {
    this.#remotes.fire(news);
  }

  exit(exit: Partial<ChannelExit>): void {
    this.#exits.fire({ code: 0, signal: null, stderrTail: '', ...exit });
  }

  /** Everything of this method that reached the server. */
  all(method: string): JsonObject[] {
    return this.sent.map(parsed).filter((message) => message.method === method);
  }

  /** The last message of this method that reached the server. */
  last(method: string): JsonObject {
    return this.all(method).at(-1) ?? assert.fail(`the server got no ${method}`);
  }

  get methods(): unknown[] {
    return this.sent.map((line) => parsed(line).method);
  }
}

export function parsed(line: string): JsonObject {
  const value: unknown = JSON.parse(line);
  assert(isJsonObject(value), `not an object: ${line}`);
  return value;
}
