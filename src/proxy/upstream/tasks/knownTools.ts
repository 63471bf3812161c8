import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject, parseJson } from '../../../common/json.ts';
import { sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import type { TaskPort } from './taskPort.ts';

/** A server that always names a next page is listed no further. */
const MAX_PAGES = 100;
/** A server that does not answer is taken to have told all: calls do not wait for it longer. */
const LIST_LIMIT_MS = 10_000;

/**
 * Which tools may run as tasks (`execution.taskSupport`, 2025-11-25), learnt from the lists that
 * pass; listed by ourselves for a tool that has not been seen.
 */
export class KnownTools {
  /** Whether a tool takes `params.task`. */
  readonly #tools = new Map<string, boolean>();
  /** Requests for a list that go by, and whether they ask for its beginning. */
  readonly #passing = new Map<string, boolean>();
  #isComplete = false;
  #listing: Disposable | null = null;
  #limit: Disposable | null = null;
  #waiting: (() => void)[] = [];

  constructor(private readonly port: Pick<TaskPort, 'ask' | 'clock'>) {}

  /** Whether a call of this tool takes `params.task`; `null`: not known yet. */
  takesTask(name: string): boolean | null {
    return this.#tools.get(name) ?? (this.#isComplete ? false : null);
  }

  /** Runs when the server has listed its tools, or has refused to, or takes too long. */
  whenListed(run: () => void): void {
    this.#waiting.push(run);
    if (this.#listing !== null) return;
    this.#limit = this.port.clock.after(LIST_LIMIT_MS, () => this.#listed());
    this.#list(null, 1);
  }

  /** A `tools/list` of the layer above goes down: its answer will be read. */
  passing(message: WireMessage): void {
    if (message.id !== null) this.#passing.set(message.id, message.param('cursor') === null);
  }

  /** A response goes up: it may be the list. */
  learn(message: WireMessage): void {
    const isFirstPage = this.#passing.get(message.id ?? '');
    if (isFirstPage === undefined) return;
    this.#passing.delete(message.id ?? '');
    if (message.result === null) return;
    const next = this.#read(parseJson(sliceOf(message.text, message.result)));
    if (isFirstPage && next === null) this.#isComplete = true;
  }

  /** The server says that its tools have changed: there may be new ones; a list will tell of all. */
  changed(): void {
    this.#isComplete = false;
  }

  #list(cursor: string | null, page: number): void {
    const params = cursor === null ? '{}' : JSON.stringify({ cursor });
    this.#listing = this.port.ask('tools/list', params, (answer) => {
      const { result } = answer;
      const next = result === null ? null : this.#read(parseJson(sliceOf(answer.text, result)));
      if (next !== null && page < MAX_PAGES) this.#list(next, page + 1);
      else this.#listed();
    });
  }

  #listed(): void {
    this.#isComplete = true;
    this.#listing?.dispose();
    this.#listing = null;
    this.#limit?.dispose();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }

  /** Returns the next page's cursor. */
  #read(result: unknown): string | null {
    if (!isJsonObject(result) || !Array.isArray(result.tools)) return null;
    for (const tool of result.tools) {
      if (isJsonObject(tool) && typeof tool.name === 'string')
        this.#tools.set(tool.name, takesTask(tool.execution));
    }
    return typeof result.nextCursor === 'string' ? result.nextCursor : null;
  }
}

function takesTask(execution: unknown): boolean {
  const support = isJsonObject(execution) ? execution.taskSupport : undefined;
  return support === 'optional' || support === 'required';
}
