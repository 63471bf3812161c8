import { parseJson } from '../../common/json.ts';
import { META_CALL, QuestionMethod } from '../wire/mcpNames.ts';
import type { WireMessage } from '../wire/wireMessage.ts';

const ANSWERABLE: ReadonlySet<string> = new Set([QuestionMethod.elicit, QuestionMethod.sample]);

/**
 * Whether a person, or a host that comes later, can answer a request for a task. Servers ask for roots
 * whenever they like: only where it is known for which call does a task wait for them.
 */
export function isQuestionOfTask(request: WireMessage): boolean {
  if (ANSWERABLE.has(request.method)) return true;
  return request.method === QuestionMethod.roots && request.meta(META_CALL) !== null;
}

interface Asked {
  readonly message: WireMessage;
  /** Takes the question back from the task that holds it; `null`: the attached host has it. */
  readonly withdraw: (() => void) | null;
}

/** The requests of a server that wait for their answer, by id as JSON text. */
export class AskedRequests {
  readonly #open = new Map<string, Asked>();

  /** The host has it, or a task. */
  add(message: WireMessage, withdraw: Asked['withdraw'] = null): void {
    if (message.id !== null) this.#open.set(idKey(message.id), { message, withdraw });
  }

  /** Whether the host's answer to this id is one that the server waits for. */
  takeAnswered(id: string): boolean {
    const key = idKey(id);
    return this.#open.get(key)?.withdraw === null && this.#open.delete(key);
  }

  /** A task has answered. */
  delete(id: string): void {
    this.#open.delete(idKey(id));
  }

  /** The server takes its request back; whether a task held it, so that no host need hear of it. */
  takeBack(id: string): boolean {
    const asked = this.#open.get(idKey(id));
    this.#open.delete(idKey(id));
    asked?.withdraw?.();
    return asked?.withdraw != null;
  }

  /** The host is gone: what it has not answered is somebody else's to deal with. */
  takeOfHost(): WireMessage[] {
    const taken = [...this.#open.values()].filter(({ withdraw }) => withdraw === null);
    for (const { message } of taken) this.#open.delete(idKey(message.id ?? ''));
    return taken.map(({ message }) => message);
  }
}

/** One id may be written in two ways: `"a\/b"`, as PHP has it, comes back as `"a/b"`. */
function idKey(id: string): string {
  const value = id.includes('\\') ? parseJson(id) : undefined;
  return typeof value === 'string' ? JSON.stringify(value) : id;
}
