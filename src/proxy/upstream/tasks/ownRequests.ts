import { type Disposable, toDisposable } from '../../../common/disposable.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';

type OnAnswer = (answer: WireMessage) => void;

/** The layer's own requests: their ids are strings, so that they never meet the numbers of above. */
export class OwnRequests implements Disposable {
  readonly #pending = new Map<string, OnAnswer>();
  #lastId = 0;

  constructor(private readonly send: (line: string) => void) {}

  /** `onAnswer` is called once or never; disposing forgets the request. */
  ask(method: string, paramsText: string, onAnswer: OnAnswer): Disposable {
    this.#lastId += 1;
    const id = `"tasks:${this.#lastId}"`;
    this.#pending.set(id, onAnswer);
    this.send(`{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${paramsText}}`);
    return toDisposable(() => this.#pending.delete(id));
  }

  /** Whether the message answers one of ours; a second answer does so, too, and is dropped. */
  take(message: WireMessage): boolean {
    if (message.kind !== 'response' || message.id === null) return false;
    const onAnswer = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    onAnswer?.(message);
    return onAnswer !== undefined || message.id.startsWith('"tasks:');
  }

  dispose(): void {
    this.#pending.clear();
  }
}
