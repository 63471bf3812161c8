import type { Disposable } from '../../../common/disposable.ts';
import { isJsonObject, type JsonObject } from '../../../common/json.ts';
import type { ClientFacts, HandleId } from '../../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext } from '../../proxyContext.ts';
import { notificationLine } from '../../wire/jsonRpc.ts';
import { capabilityFor, Method } from '../../wire/mcpNames.ts';
import { META_RELATED_TASK } from '../../wire/taskNames.ts';
import { parsedSpan, type WireMessage } from '../../wire/wireMessage.ts';
import { agentPrincipal } from '../agentPrincipal.ts';
import type { Question } from '../taskQuestions.ts';

/** Never one of the server's ids. */
const ID_PREFIX = 'mcp-task-handles/question-';

interface Asked {
  readonly id: string;
  readonly handle: HandleId;
  readonly key: string;
  /** The host has answered with an error: others may answer, it is not asked again. */
  isRefused: boolean;
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
    private readonly client: () => ClientFacts,
  ) {}

  /** What the host said of itself in its `initialize` params. */
  know(params: unknown): void {
    const capabilities = isJsonObject(params) ? params.capabilities : undefined;
    this.#capabilities = isJsonObject(capabilities) ? capabilities : {};
  }

  /** Until it is disposed, whatever the task asks goes to the host, once each. */
  askFor(handle: HandleId): Disposable {
    this.#look(handle);
    const changes = this.context.questions.onDidChange((asking) => {
      if (asking === handle) this.#look(handle);
    });
    return {
      dispose: () => {
        changes.dispose();
        this.#withdrawGone(handle);
      },
    };
  }

  /** Whether the response answers one of these. An error leaves the question to others. */
  take(response: WireMessage): boolean {
    const asked = this.#asked.get(response.id ?? '');
    if (asked === undefined) return false;
    const result = parsedSpan(response, response.result);
    if (isJsonObject(result)) this.#answer(asked, result);
    else asked.isRefused = true;
    return true;
  }

  #answer({ id, handle, key }: Asked, result: JsonObject): void {
    this.#asked.delete(id);
    this.context.questions.answer(handle, key, result, agentPrincipal(this.client()));
  }

  #look(handle: HandleId): void {
    this.#withdrawGone(handle);
    const known = new Set(this.#askedOf(handle).map(({ key }) => key));
    for (const question of this.context.questions.of(handle)) {
      if (!known.has(question.key)) this.#ask(handle, question);
    }
  }

  /** Somebody else was faster, the server wants no answer any more, or the task has ended. */
  #withdrawGone(handle: HandleId): void {
    const open = new Set(this.context.questions.of(handle).map(({ key }) => key));
    for (const asked of this.#askedOf(handle)) if (!open.has(asked.key)) this.#withdraw(asked);
  }

  #askedOf(handle: HandleId): Asked[] {
    return [...this.#asked.values()].filter((asked) => asked.handle === handle);
  }

  #ask(handle: HandleId, { key, method, params }: Question): void {
    if (this.#capabilities[capabilityFor(method) ?? ''] === undefined) return;
    this.#lastId += 1;
    const name = `${ID_PREFIX}${this.#lastId}`;
    const id = JSON.stringify(name);
    const given = isJsonObject(params) ? params : {};
    const meta = isJsonObject(given._meta) ? given._meta : {};
    const _meta = { ...meta, [META_RELATED_TASK]: { taskId: handle } };
    this.#asked.set(id, { id, handle, key, isRefused: false });
    const request = { jsonrpc: '2.0', id: name, method, params: { ...given, _meta } };
    this.port.send(JSON.stringify(request));
  }

  #withdraw({ id, isRefused }: Asked): void {
    this.#asked.delete(id);
    if (isRefused) return;
    const params = { requestId: JSON.parse(id), reason: 'No longer asked.' };
    this.port.send(notificationLine(Method.cancelled, params));
  }
}
