import type { BrokerRequests } from '../brokerApi/brokerProtocol.ts';
import type { ControlLink } from '../brokerApi/controlLink.ts';
import { type Clock, systemClock } from '../common/clock.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Log } from '../common/log.ts';
import { BrokerNews } from './brokerNews.ts';
import { Heartbeat } from './heartbeat.ts';

/** `unreachable`: at least one attempt has failed; attempts go on. */
export type LinkState = 'connecting' | 'connected' | 'unreachable';

export interface BrokerLinkOptions {
  /** Connects to the running broker, or starts one. */
  readonly connect: () => Promise<ControlLink>;
  /** Identity of the window's workspace; `null` for an empty window. */
  readonly workspaceId: string | null;
  readonly workspaceName: string;
  /** Where the window's workspace keeps its records; made if need be. `null` without a workspace. */
  readonly storagePath: string | null;
  readonly log: Log;
  readonly clock?: Clock;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
/** A stopped broker accepts and says nothing; then the link is cut and made anew. */
const ANSWER_WITHIN_MS = 10_000;
const CALM_MS = 5_000;
const REQUEST_WAIT_MS = 15_000;

/**
 * Keeps one connection to the broker for as long as the window lives. Every connect attaches the
 * workspace and watches its tasks before `onDidConnect`, where others send again what is theirs.
 */
export class BrokerLink implements Disposable {
  readonly workspaceId: string | null;
  readonly #store = new DisposableStore();
  readonly #connected = this.#store.add(new Emitter<void>());
  readonly #stateChanged = this.#store.add(new Emitter<LinkState>());
  readonly #clock: Clock;
  #state: LinkState = 'connecting';
  #lastError: unknown;
  #connection: ControlLink | undefined;
  #ofConnection = new DisposableStore();
  #pause: Disposable | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #isConnecting = false;
  readonly #waiting = new Set<(isConnected: boolean) => void>();

  /** The broker knows this window's workspace and its rows have been told. */
  readonly onDidConnect: Event<void> = this.#connected.event;
  readonly onDidChangeState: Event<LinkState> = this.#stateChanged.event;
  /** Told anew after each connect. */
  readonly news = this.#store.add(new BrokerNews());

  constructor(private readonly options: BrokerLinkOptions) {
    this.workspaceId = options.workspaceId;
    this.#clock = options.clock ?? systemClock;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why the last attempt failed, in one line; empty when none has. */
  get lastError(): string {
    return this.#lastError === undefined ? '' : messageOf(this.#lastError);
  }

  /** Begins to connect; returns at once. */
  start(): void {
    void this.#connect();
  }

  /** Cuts a waiting pause short: somebody asked for the broker now. */
  retryNow(): void {
    if (this.#connection !== undefined || this.#isConnecting) return;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#pause?.dispose();
    void this.#connect();
  }

  /** Resolves when connected; rejects with `no_broker` when that takes longer than `timeoutMs`. */
  whenConnected(timeoutMs = REQUEST_WAIT_MS): Promise<void> {
    if (this.#state === 'connected') return Promise.resolve();
    this.retryNow();
    return new Promise((resolve, reject) => {
      const settle = (isConnected: boolean) => {
        timer.dispose();
        this.#waiting.delete(settle);
        if (isConnected) resolve();
        else reject(this.#notReachable());
      };
      const timer = this.#clock.after(timeoutMs, () => settle(false));
      this.#waiting.add(settle);
    });
  }

  /** Asks the broker; waits a bounded time for the connection first. */
  async request<M extends keyof BrokerRequests>(
    method: M,
    params: BrokerRequests[M]['params'],
  ): Promise<BrokerRequests[M]['result']> {
    if (this.#connection === undefined || this.#state !== 'connected') await this.whenConnected();
    if (this.#connection === undefined) throw this.#notReachable();
    return this.#connection.request(method, params);
  }

  dispose(): void {
    this.#pause?.dispose();
    this.#drop();
    this.#store.dispose();
    for (const settle of [...this.#waiting]) settle(false);
  }

  async #connect(): Promise<void> {
    if (this.#isConnecting || this.#connection !== undefined || this.#store.isDisposed) return;
    this.#isConnecting = true;
    try {
      await this.#attach(await this.options.connect());
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isConnecting = false;
    }
    if (this.#connection === undefined) this.#connectLater();
  }

  async #attach(connection: ControlLink): Promise<void> {
    const own = new DisposableStore();
    own.add(connection);
    if (this.#store.isDisposed) return own.dispose();
    this.#ofConnection = own;
    this.#connection = connection;
    own.add(connection.onClose(() => this.#closed(connection)));
    own.add(this.news.listenTo(connection));
    const silence = this.#clock.after(ANSWER_WITHIN_MS, () => own.dispose());
    await this.#introduce(connection).finally(() => silence.dispose());
    this.#lastError = undefined;
    // A broker that ends right after each connect must not be started five times a second.
    own.add(
      this.#clock.after(CALM_MS, () => {
        this.#pauseMs = FIRST_PAUSE_MS;
      }),
    );
    const ask = () => connection.request('broker/status', {});
    const onSilence = () => this.#fallenSilent(connection);
    own.add(new Heartbeat({ clock: this.#clock, ask, onSilence }));
    this.options.log.write('info', 'Connected to the broker.');
    this.#setState('connected');
    this.#connected.fire();
    for (const settle of [...this.#waiting]) settle(true);
  }

  async #introduce(connection: ControlLink): Promise<void> {
    const { workspaceId, workspaceName, storagePath } = this.options;
    if (workspaceId !== null) {
      await connection.request('workspace/attach', {
        workspace: workspaceId,
        name: workspaceName,
        storagePath,
      });
    }
    await this.news.askAll(connection);
  }

  #closed(connection: ControlLink): void {
    if (this.#connection !== connection) return;
    this.#drop();
    if (this.#store.isDisposed) return;
    this.options.log.write('info', 'The broker has closed the connection; connecting again.');
    this.#setState('connecting');
    if (!this.#isConnecting) this.#connectLater();
  }

  #fallenSilent(connection: ControlLink): void {
    if (this.#connection !== connection) return;
    this.#failed(new TaskHandlesError('no_broker', 'The broker does not answer any more.'));
    if (!this.#isConnecting) this.#connectLater();
  }

  #failed(error: unknown): void {
    this.#drop();
    if (this.#store.isDisposed) return;
    this.#lastError = error;
    this.options.log.write('warn', `The broker is not reachable: ${messageOf(error)}`);
    this.#setState('unreachable');
  }

  #drop(): void {
    this.#connection = undefined;
    this.#ofConnection.dispose();
  }

  #connectLater(): void {
    if (this.#store.isDisposed) return;
    this.#pause = this.#clock.after(this.#pauseMs, () => void this.#connect());
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #setState(state: LinkState): void {
    // Another failure may have another reason.
    if (this.#state === state && state !== 'unreachable') return;
    this.#state = state;
    this.#stateChanged.fire(state);
  }

  #notReachable(): TaskHandlesError {
    return new TaskHandlesError(
      'no_broker',
      `The broker of MCP Task Handles is not reachable${this.lastError === '' ? '.' : `: ${this.lastError}`} Run "Agent Tasks: Show Log" to see why, or "Agent Tasks: Restart Broker".`,
      { cause: this.#lastError },
    );
  }
}
