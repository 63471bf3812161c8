import type { Disposable } from '../../../common/disposable.ts';
import { messageOf } from '../../../common/errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../../common/json.ts';
import { type ClientFacts, isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { isModern, takesTasks } from '../../wire/envelopes.ts';
import { errorLine, notificationLine, WireError, WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { META_IMMEDIATE_RESPONSE, TaskMethod } from '../../wire/taskNames.ts';
import { parsedSpan, type WireMessage } from '../../wire/wireMessage.ts';
import { clientOf } from '../callFacts.ts';
import type { InFlight } from '../inFlight.ts';
import { sendProgress, viewOf } from '../taskAnswers.ts';
import type { UpstreamBinding } from '../upstreamBinding.ts';
import { HostQuestions } from './hostQuestions.ts';
import { LegacyTasks } from './legacyTasks.ts';
import { listenFilterOf } from './listenFilter.ts';
import { answerModern } from './modernTasks.ts';
import { followTask } from './taskFollower.ts';
import { missingExtension, offersTasks, type TaskForm } from './taskForm.ts';
import { TaskListen } from './taskListen.ts';
import { modernTask } from './taskShapes.ts';

/** What the task methods of one connection work with; `client` is read at each request. */
export interface TaskMethodsOptions {
  readonly context: ProxyContext;
  readonly route: SessionRoute;
  readonly port: DownstreamPort;
  readonly inFlight: InFlight;
  readonly binding: UpstreamBinding;
  readonly client: () => ClientFacts;
}

/** A request about tasks. The signal aborts when nobody waits for its answer any more. */
export interface TaskRequest {
  readonly params: JsonObject;
  readonly client: ClientFacts;
  readonly signal: AbortSignal;
}

/**
 * MCP's own task methods on one connection, for both eras: whatever handle the agent holds is a
 * task there. The upstream never sees them.
 */
export class TaskMethods implements Disposable {
  readonly #legacy: LegacyTasks;
  readonly #questions: HostQuestions;
  /** What tells of tasks; each leaves when it has no more to tell. */
  readonly #tellers = new Set<Disposable>();
  #isOffered = false;

  constructor(private readonly options: TaskMethodsOptions) {
    const { context, route, port, client } = options;
    this.#questions = new HostQuestions(context, port, client);
    this.#legacy = new LegacyTasks(context, route, this.#questions);
  }

  /** Whether this connection's `initialize` was answered with `capabilities.tasks` (D1). */
  get isOffered(): boolean {
    return this.#isOffered;
  }

  /** Decides, once for the connection, whether an `initialize` (JSON texts) offers tasks. */
  offer(paramsText: string, resultText: string): boolean {
    this.#isOffered = offersTasks(resultText, this.options.route.policy());
    if (this.#isOffered) this.#questions.know(parseJson(paramsText));
    return this.#isOffered;
  }

  /** Whether the host answers here what a task has asked it. */
  takeAnswer(response: WireMessage): boolean {
    return this.#questions.take(response);
  }

  /** Whether the request is about tasks: then it is answered here. */
  take(message: WireMessage, id: string): boolean {
    if (message.method === Method.listen && isModern(message)) return this.#listen(message, id);
    if (!message.method.startsWith('tasks/')) return false;
    this.#run(id, (signal) => this.#answer(message, signal));
    return true;
  }

  /** The CreateTaskResult of a call, as JSON text, in the client's own generation of tasks. */
  created(record: TaskRecord, form: TaskForm, sentence: string): string {
    if (form === 'modernTask') {
      const task = modernTask(viewOf(this.options.context, record));
      return JSON.stringify({ resultType: 'task', ...task });
    }
    const _meta = { [META_IMMEDIATE_RESPONSE]: sentence };
    return JSON.stringify({ task: this.#legacy.view(record), _meta });
  }

  /** A legacy client that has been given a task hears of its changes, and of its progress. */
  follow(task: TaskRecord, tokenText: string | null): void {
    if (isTerminal(task.status)) return;
    const { context, port } = this.options;
    const notify = (line: string) => port.send(line);
    let told = task.progress;
    const follower = followTask(context, task.handle, (record) => {
      if (record.progress !== told) sendProgress(record, { tokenText, notify });
      told = record.progress;
      notify(notificationLine(TaskMethod.statusChanged, this.#legacy.view(record)));
      if (isTerminal(record.status)) this.#tellers.delete(follower);
    });
    this.#tellers.add(follower);
  }

  /** The connection has gone: nobody hears of anything any more. */
  dispose(): void {
    for (const teller of [...this.#tellers]) teller.dispose();
    this.#tellers.clear();
  }

  /** A listen that names no tasks is the server's alone. */
  #listen(message: WireMessage, id: string): boolean {
    try {
      const filter = listenFilterOf(message);
      if (filter === null) return false;
      if (!takesTasks(message)) throw missingExtension();
      const listen = new TaskListen(this.options, id, () => this.#tellers.delete(listen));
      this.#tellers.add(listen);
      void listen.open(filter);
    } catch (error) {
      this.options.port.send(failureLine(id, error));
    }
    return true;
  }

  async #answer(message: WireMessage, signal: AbortSignal): Promise<string> {
    const params = parsedSpan(message, message.params);
    const client = clientOf(message, this.options.client());
    const request = { params: isJsonObject(params) ? params : {}, client, signal };
    if (isModern(message)) return await answerModern(this.options.context, message, request);
    if (this.#isOffered) return await this.#legacy.answer(message.method, request);
    const why = 'This server offers no tasks to this client.';
    throw new WireError(WireErrorCode.methodNotFound, why);
  }

  #run(id: string, work: (signal: AbortSignal) => Promise<string>): void {
    const { inFlight, port } = this.options;
    const abort = new AbortController();
    const entry = { kind: 'own', abort } as const;
    inFlight.add(id, entry);
    void work(abort.signal)
      .then(
        (result) => `{"jsonrpc":"2.0","id":${id},"result":${result}}`,
        (error: unknown) => failureLine(id, error),
      )
      .then((line) => {
        if (inFlight.take(id, entry)) port.send(line);
      });
  }
}

function failureLine(id: string, error: unknown): string {
  if (error instanceof WireError) return errorLine(id, error.code, error.message, error.data);
  return errorLine(id, WireErrorCode.internalError, messageOf(error));
}
