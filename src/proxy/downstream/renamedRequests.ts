import type { Upstream } from '../upstream/upstream.ts';
import { notificationLine } from '../wire/jsonRpc.ts';
import { Method } from '../wire/mcpNames.ts';
import {
  progressTokenOf,
  readMessage,
  replaced,
  sliceOf,
  type WireMessage,
  withId,
  withProgressToken,
} from '../wire/wireMessage.ts';
import { withRelatedTask } from './nativeTasks/relatedTask.ts';

/** Never one of a server's own ids. */
const PREFIX = 'mcp-task-handles/own-';

interface Renamed {
  readonly upstream: Upstream;
  /** What its server calls it, as JSON text. */
  readonly id: string;
  readonly tokenText: string | null;
}

/**
 * What servers of single calls ask one host: two of them, or one and the shared one, may use the same
 * ids, so each goes to the host under one of ours, and its answer back under its own.
 */
export class RenamedRequests {
  readonly #open = new Map<string, Renamed>();
  #lastNumber = 0;

  /** A line of this server as the host gets it; `null`: it takes back what is not open any more. */
  toHost(message: WireMessage, upstream: Upstream): string | null {
    if (message.kind === 'request' && message.id !== null) return this.#rename(message, upstream);
    return message.method === Method.cancelled ? this.#takeBack(message, upstream) : message.text;
  }

  /** Whether the host answers one of these; then its server has the answer. */
  takeAnswer(message: WireMessage): boolean {
    const asked = this.#open.get(message.id ?? '');
    if (asked === undefined) return false;
    this.#open.delete(message.id ?? '');
    const answer = readMessage(withId(message, asked.id));
    if (answer !== null) asked.upstream.answer(answer);
    return true;
  }

  /** Whether the host tells how far it is with one of these. */
  takeProgress(message: WireMessage): boolean {
    const token = message.param('progressToken');
    const asked = token === null ? undefined : this.#open.get(sliceOf(message.text, token));
    if (asked?.tokenText == null) return false;
    asked.upstream.sendRaw(withProgressToken(message, asked.tokenText));
    return true;
  }

  /** The server has gone: lines that tell the host that nobody waits for its answers any more. */
  forget(upstream: Upstream): string[] {
    const ids = [...this.#open].filter(([, asked]) => asked.upstream === upstream);
    return ids.map(([id]) => {
      this.#open.delete(id);
      const reason = 'The server that asked has gone.';
      return notificationLine(Method.cancelled, { requestId: JSON.parse(id), reason });
    });
  }

  #rename(message: WireMessage, upstream: Upstream): string {
    this.#lastNumber += 1;
    const id = JSON.stringify(`${PREFIX}${this.#lastNumber}`);
    const tokenText = progressTokenOf(message);
    this.#open.set(id, { upstream, id: message.id ?? 'null', tokenText });
    const renamed = readMessage(replacedId(withRelatedTask(message, upstream), id));
    const token = renamed?.meta('progressToken') ?? null;
    if (renamed === null) return message.text;
    return token === null ? renamed.text : replaced(renamed.text, token, id);
  }

  /** Passed on under its own id, it could take back what another server asks. */
  #takeBack(message: WireMessage, upstream: Upstream): string | null {
    const place = message.param('requestId');
    const theirs = place === null ? '' : sliceOf(message.text, place);
    const ours = [...this.#open].find(
      ([, asked]) => asked.upstream === upstream && asked.id === theirs,
    );
    if (place === null || ours === undefined) return null;
    this.#open.delete(ours[0]);
    return replaced(message.text, place, ours[0]);
  }
}

function replacedId(text: string, id: string): string {
  const message = readMessage(text);
  return message === null ? text : withId(message, id);
}
