import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import { Emitter, type Event } from '../../common/event.ts';
import type { JsonObject } from '../../common/json.ts';
import type { Log } from '../../common/log.ts';
import type { Principal } from '../../registry/auditTrail.ts';
import type { Registry } from '../../registry/registry.ts';
import type { TaskEvent } from '../../registry/taskEvent.ts';
import { type HandleId, isTerminal } from '../../registry/taskRecord.ts';
import type { TaskView } from '../../registry/taskView.ts';

/**
 * What a server asks in the middle of a task: `elicitation/create`, `sampling/createMessage` or
 * `roots/list`, with the params as they came. `key` is unique for the life of the task (SEP-2663).
 */
export interface Question {
  readonly key: string;
  readonly method: string;
  readonly params: unknown;
}

/** Takes the answer, a result of the question's method, on its way to the server. */
export type Settle = (response: JsonObject) => void;

interface Asked {
  readonly question: Question;
  readonly settle: Settle;
}

interface Asking {
  readonly open: Map<string, Asked>;
  /** Keys are never used twice. */
  readonly used: Set<string>;
}

/**
 * The questions of live tasks that wait for somebody. In memory only: what is typed is never stored
 * (P8). While there are any, the task is `input_required`.
 */
export class TaskQuestions implements Disposable {
  readonly #byHandle = new Map<HandleId, Asking>();
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new Emitter<HandleId>());

  /** A task has been asked something, or something of it was answered or taken back. */
  readonly onDidChange: Event<HandleId> = this.#changed.event;

  constructor(
    private readonly registry: Registry,
    private readonly log: Log,
  ) {
    this.#owned.add(
      registry.onDidChange(({ handle, status }) => {
        if (isTerminal(status)) this.#byHandle.delete(handle);
      }),
    );
  }

  /** Puts a question to whoever answers for the task; gives back the key under which it stands. */
  ask(handle: HandleId, question: Question, settle: Settle): string {
    const asking = this.#byHandle.get(handle) ?? { open: new Map(), used: new Set() };
    this.#byHandle.set(handle, asking);
    const key = freeKey(question.key, asking.used);
    asking.used.add(key);
    asking.open.set(key, { question: { ...question, key }, settle });
    if (asking.open.size === 1) this.#apply(handle, { type: 'inputRequired' });
    this.#changed.fire(handle);
    return key;
  }

  of(handle: HandleId): Question[] {
    const open = this.#byHandle.get(handle)?.open.values() ?? [];
    return [...open].map(({ question }) => question);
  }

  /** As TaskView shows them; `undefined` while nothing is asked. */
  viewOf(handle: HandleId): TaskView['inputRequests'] {
    const open = this.of(handle);
    if (open.length === 0) return undefined;
    return Object.fromEntries(open.map(({ key, method, params }) => [key, { method, params }]));
  }

  /** Passes an answer on; false where nothing of this key is asked (any more). */
  answer(handle: HandleId, key: string, response: JsonObject, principal?: Principal): boolean {
    const asked = this.#take(handle, key, principal);
    asked?.settle(response);
    return asked !== undefined;
  }

  /** The server has taken its question back. */
  withdraw(handle: HandleId, key: string): void {
    this.#take(handle, key);
  }

  dispose(): void {
    this.#owned.dispose();
    this.#byHandle.clear();
  }

  #take(handle: HandleId, key: string, principal?: Principal): Asked | undefined {
    const open = this.#byHandle.get(handle)?.open;
    const asked = open?.get(key);
    if (open === undefined || asked === undefined) return undefined;
    open.delete(key);
    if (open.size === 0) this.#apply(handle, { type: 'inputProvided' }, principal);
    this.#changed.fire(handle);
    return asked;
  }

  #apply(handle: HandleId, event: TaskEvent, principal?: Principal): void {
    this.registry.apply(handle, event, principal).catch((error: unknown) => {
      this.log.write(
        'error',
        `A question of ${handle} is not recorded: ${messageOf(error)}`,
        error,
      );
    });
  }
}

function freeKey(wanted: string, used: ReadonlySet<string>): string {
  let key = wanted;
  for (let round = 2; used.has(key); round += 1) key = `${wanted}~${round}`;
  return key;
}
