import { type Disposable, DisposableStore } from '../../../common/disposable.ts';
import { memberOf, type Span } from '../../../common/jsonSpans.ts';
import type { TaskRecord } from '../../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext } from '../../proxyContext.ts';
import { META_SUBSCRIPTION_ID, Method } from '../../wire/mcpNames.ts';
import { wholeOf, withMember } from '../../wire/members.ts';
import { TaskMethod } from '../../wire/taskNames.ts';
import { replaced, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import type { InFlight } from '../inFlight.ts';
import { StandingListen } from '../standingListen.ts';
import type { UpstreamBinding } from '../upstreamBinding.ts';
import { detailedTask } from './detailedTask.ts';
import { knownTask } from './knownTask.ts';
import type { ListenFilter } from './listenFilter.ts';
import { followTask } from './taskFollower.ts';

/** What the listens of one connection work with. */
export interface TaskListenOptions {
  readonly context: ProxyContext;
  readonly port: DownstreamPort;
  readonly inFlight: InFlight;
  readonly binding: UpstreamBinding;
}

/** A server that has not acknowledged its part by then does not hold up ours. */
const SERVER_WAIT_MS = 2_000;

/**
 * A `subscriptions/listen` that names tasks (SEP-2663): those are ours, the rest of its filter is
 * passed on as a listen of its own. Both tell under the client's one id, until it is cancelled.
 */
export class TaskListen implements Disposable {
  readonly kind = 'forwarded';
  readonly #owned = new DisposableStore();
  readonly #abort = new AbortController();
  #tasks: TaskRecord[] = [];
  #isAcknowledged = false;

  constructor(
    private readonly options: TaskListenOptions,
    /** As JSON text. */
    private readonly id: string,
    private readonly onEnd: () => void,
  ) {}

  /** Tasks that nobody knows are left out of what is acknowledged. */
  async open({ taskIds, rest }: ListenFilter): Promise<void> {
    const { context, inFlight } = this.options;
    inFlight.add(this.id, this);
    const unique = [...new Set(taskIds)];
    const found = await Promise.all(unique.map((id) => knownTask(context, id).catch(() => null)));
    if (this.#abort.signal.aborted) return;
    this.#tasks = found.filter((task) => task !== null);
    if (rest === null) this.#acknowledge('{}');
    else this.#askServer(rest);
  }

  /** The client has heard enough, or has gone. */
  cancel(_reason: string): void {
    this.dispose();
  }

  dispose(): void {
    this.#abort.abort();
    this.#owned.dispose();
    this.onEnd();
  }

  #askServer(rest: WireMessage): void {
    const { binding, context } = this.options;
    const alone = () => this.#acknowledge('{}');
    this.#owned.add(context.clock.after(SERVER_WAIT_MS, alone));
    const listen = new StandingListen({
      binding,
      message: rest,
      isWanted: () => !this.#abort.signal.aborted,
      onNews: (news, place) => this.#pass(news, place),
      onResponse: alone,
      onGone: alone,
    });
    this.#owned.add({ dispose: () => listen.cancel('The client no longer listens.') });
    listen.open();
  }

  /** What the server tells, under the client's id; that its part has ended does not end ours. */
  #pass(news: WireMessage, place: Span): void {
    if (news.method === Method.cancelled) this.#acknowledge('{}');
    else if (news.method === Method.acknowledged && !this.#isAcknowledged) {
      const granted = news.params && memberOf(news.text, news.params, 'notifications');
      this.#acknowledge(granted ? sliceOf(news.text, granted) : '{}');
    } else this.options.port.send(replaced(news.text, place, this.id));
  }

  /** First of all, and once; then each task as it is now, and at each change. */
  #acknowledge(grantedText: string): void {
    if (this.#isAcknowledged || this.#abort.signal.aborted) return;
    this.#isAcknowledged = true;
    const taskIds = JSON.stringify(this.#tasks.map(({ handle }) => handle));
    const notifications = withMember(grantedText, wholeOf(grantedText), ['taskIds', taskIds]);
    this.#send(Method.acknowledged, `"notifications":${notifications}}`);
    for (const task of this.#tasks) this.#follow(task);
  }

  #follow(task: TaskRecord): void {
    const { context } = this.options;
    this.#owned.add(followTask(context, task.handle, (record) => this.#tell(record)));
    this.#tell(context.registry.get(task.handle) ?? task);
  }

  #tell(record: TaskRecord): void {
    const { context } = this.options;
    detailedTask(context, record, this.#abort.signal).then(
      (task) => this.#send(TaskMethod.changed, task.slice(1)),
      (error: unknown) => context.log.write('warn', `${record.handle} could not be told.`, error),
    );
  }

  /** A notification of this listen; `rest` are its params but for their `_meta` and first brace. */
  #send(method: string, rest: string): void {
    if (this.#abort.signal.aborted) return;
    const meta = `"_meta":{"${META_SUBSCRIPTION_ID}":${this.id}}`;
    this.options.port.send(`{"jsonrpc":"2.0","method":"${method}","params":{${meta},${rest}}`);
  }
}
