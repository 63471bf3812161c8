import type { Clock } from '../../../common/clock.ts';
import { type Disposable, DisposableStore } from '../../../common/disposable.ts';
import { isJsonObject } from '../../../common/json.ts';
import { isModern } from '../../wire/envelopes.ts';
import { Method, TASKS_EXTENSION } from '../../wire/mcpNames.ts';
import { parsedSpan, readMessage, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import { envelopeFor } from './modernEnvelope.ts';
import type { OwnRequests } from './ownRequests.ts';

/** Which generation of tasks a server has, if any. */
export type TaskEra = 'legacy' | 'modern' | null;

/** The task layer, as far as the handshake needs it. */
export interface HandshakeOptions {
  readonly clock: Clock;
  readonly forward: (line: string) => void;
  readonly ask: OwnRequests['ask'];
  /** Called once, with the lines that have waited for it. */
  readonly decided: (era: TaskEra, waiting: readonly string[]) => void;
}

/** A modern server has to answer `server/discover`; one that does not is taken as it is. */
const DISCOVER_LIMIT_MS = 10_000;

/**
 * Until it is known what tasks a server has: its answer to `initialize` or `server/discover` says
 * so. A modern client may call without having asked; then it is asked first.
 */
export class Handshake implements Disposable {
  readonly #passing = new Map<string, (result: unknown) => TaskEra>();
  readonly #owned = new DisposableStore();
  /** What has to wait, in its order, for the answer to our own question. */
  #waiting: string[] | null = null;

  constructor(private readonly options: HandshakeOptions) {}

  /** A line from above. */
  send(line: string): void {
    const message = readMessage(line);
    if (this.#waiting !== null) this.#waiting.push(line);
    else if (message?.method === Method.toolsCall && isModern(message)) this.#askFirst(message);
    else {
      if (message !== null) this.#pass(message);
      this.options.forward(line);
    }
  }

  /** A message of the server. */
  receive(message: WireMessage): void {
    const read = message.kind === 'response' ? this.#passing.get(message.id ?? '') : undefined;
    if (read !== undefined && message.result !== null) this.#decide(read(resultOf(message)));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #pass(message: WireMessage): void {
    if (message.id === null) return;
    if (message.method === Method.initialize) this.#passing.set(message.id, legacyTasksIn);
    else if (message.method === Method.discover) this.#passing.set(message.id, modernTasksIn);
  }

  #askFirst(call: WireMessage): void {
    this.#waiting = [call.text];
    const { ask, clock } = this.options;
    const meta = call.param('_meta');
    const envelope = envelopeFor(meta === null ? '{}' : sliceOf(call.text, meta));
    const answered = (answer: WireMessage) => this.#decide(modernTasksIn(resultOf(answer)));
    this.#owned.add(ask(Method.discover, `{"_meta":${envelope}}`, answered));
    this.#owned.add(clock.after(DISCOVER_LIMIT_MS, () => this.#decide(null)));
  }

  #decide(era: TaskEra): void {
    this.dispose();
    this.options.decided(era, this.#waiting ?? []);
  }
}

function resultOf(answer: WireMessage): unknown {
  return parsedSpan(answer, answer.result);
}

/** 2025-11-25: only calls of tools matter, and only if they may be tasks. */
function legacyTasksIn(result: unknown): TaskEra {
  const requests = objectIn(objectIn(objectIn(result, 'capabilities'), 'tasks'), 'requests');
  return objectIn(objectIn(requests, 'tools'), 'call') === undefined ? null : 'legacy';
}

function modernTasksIn(result: unknown): TaskEra {
  const extensions = objectIn(objectIn(result, 'capabilities'), 'extensions');
  return objectIn(extensions, TASKS_EXTENSION) === undefined ? null : 'modern';
}

function objectIn(value: unknown, key: string): unknown {
  const member = isJsonObject(value) ? value[key] : undefined;
  return isJsonObject(member) ? member : undefined;
}
