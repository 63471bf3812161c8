import { isJsonObject, parseJson } from '../../common/json.ts';
import type { RequestId } from './hostMessage.ts';

const REPLAY_PREFIX = 'mcp-task-handles/replay-';

/** The host's initialize exchange, kept so that a new link can be given it again. */
export class Handshake {
  #requestLine: string | undefined;
  #requestId: RequestId | undefined;
  #initializedLine: string | undefined;
  #isAnswered = false;
  #replays = 0;

  /** Whether the host believes in an initialized server. */
  get isComplete(): boolean {
    return this.#isAnswered;
  }

  /** What the host said after the answer; absent until it has. */
  get initializedLine(): string | undefined {
    return this.#initializedLine;
  }

  requested(id: RequestId, line: string): void {
    this.#requestId = id;
    this.#requestLine = line;
    this.#initializedLine = undefined;
    this.#isAnswered = false;
  }

  /** An answer came; counts only when it is the one to `initialize`. */
  answered(id: RequestId, isError: boolean): void {
    if (id === this.#requestId && !isError) this.#isAnswered = true;
  }

  initialized(line: string): void {
    this.#initializedLine = line;
  }

  /** The same request under an id of ours, for a link that has not seen it. */
  replayLine(): { id: string; line: string } | undefined {
    const request = parseJson(this.#requestLine ?? '');
    if (!this.#isAnswered || !isJsonObject(request)) return undefined;
    this.#replays += 1;
    const id = `${REPLAY_PREFIX}${this.#replays}`;
    return { id, line: JSON.stringify({ ...request, id }) };
  }
}
