import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject, type JsonObject } from '../../../common/json.ts';
import type { HandleId } from '../../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext } from '../../proxyContext.ts';
import { notificationLine } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { META_RELATED_TASK } from '../../wire/taskNames.ts';
import { parsedSpan, type WireMessage } from '../../wire/wireMessage.ts';
import type { Question } from '../taskQuestions.ts';

/** Never one of the server's ids. */
const ID_PREFIX = 'mcp-task-handles/question-';

/** Which member of a client's capabilities says that it answers these requests. */
const CAPABILITY_FOR: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

interface Asked {
  readonly id: string;
  readonly handle: HandleId;
  readonly key: string;
}

/**
 * Puts what a task asks to a host that waits for its result (2025-11-25: `tasks/result` is where a
 * task's questions are answered): nobody was attached when the server asked.
 */
export class HostQuestions {
  readonly #asked = new Map<string, Asked>();
  #capabilities: JsonObject = {};
  #lastId = 0;

  constructor(
    private readonly context: ProxyContext,
    private readonly port: DownstreamPort,
  ) {}

  /** What the host said of itself in its `initialize` params. */
  know(params: unknown): void {
    const capabilities = isJsonObject(params) ? params.capabilities : undefined;
    this.#capabilities = isJsonObject(capabilities) ? capabilities : {};
  }

  /** Until it is disposed, whatever the task asks goes to the host, once each. */
  askFor(handle: HandleId): Disposable {
    this.#look(handle);
    return this.context.questions.onDidChange((asking) => {
      if (asking === handle) this.#look(handle);
    });
  }

  /** Whether the response answers one of these. An error leaves the question to others. */
  take(response: WireMessage): boolean {
    const asked = this.#asked.get(response.id ?? '');
    if (asked === undefined) return false;
    this.#asked.delete(asked.id);
    const result = parsedSpan(response, response.result);
    if (isJsonObject(result)) this.context.questions.answer(asked.handle, asked.key, result);
    return true;
  }

  #look(handle: HandleId): void {
    const open = this.context.questions.of(handle);
    const ours = [...this.#asked.values()].filter((asked) => asked.handle === handle);
    for (const asked of ours) {
      if (!open.some(({ key }) => key === asked.key)) this.#withdraw(asked);
    }
    for (const question of open) {
      if (!ours.some(({ key }) => key === question.key)) this.#ask(handle, question);
    }
  }

  #ask(handle: HandleId, { key, method, params }: Question): void {
    if (this.#capabilities[CAPABILITY_FOR[method] ?? ''] === undefined) return;
    this.#lastId += 1;
    const id = `${ID_PREFIX}${this.#lastId}`;
    const given = isJsonObject(params) ? params : {};
    const meta = isJsonObject(given._meta) ? given._meta : {};
    const _meta = { ...meta, [META_RELATED_TASK]: { taskId: handle } };
    this.#asked.set(JSON.stringify(id), { id: JSON.stringify(id), handle, key });
    this.port.send(JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...given, _meta } }));
  }

  /** Somebody else was faster. */
  #withdraw({ id }: Asked): void {
    this.#asked.delete(id);
    this.port.send(
      notificationLine(Method.cancelled, {
        requestId: JSON.parse(id),
        reason: 'Already answered.',
      }),
    );
  }
}
