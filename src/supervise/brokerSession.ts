import type { BrokerRequests } from '../brokerApi/brokerProtocol.ts';
import type { ControlLink } from '../brokerApi/controlLink.ts';
import type { Clock } from '../common/clock.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { messageOf, TaskHandlesError } from '../common/errors.ts';
import type { TaskMirror } from './taskMirror.ts';

export interface BrokerSessionOptions {
  /** Connects to the broker; with `mayStart` one is started where none runs. */
  readonly open: (mayStart: boolean) => Promise<ControlLink>;
  readonly mirror: TaskMirror;
  readonly clock: Clock;
  /** One line for who reads our stderr. */
  readonly say: (line: string) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const CALM_MS = 5_000;
const ANSWER_WITHIN_MS = 15_000;
const CHANGING: ReadonlySet<string> = new Set([
  'tasks/revoke',
  'tasks/revokeAll',
  'tasks/pause',
  'tasks/resume',
]);

/**
 * The control link of one supervisor: it keeps the mirror told and comes again when the broker goes.
 * Only who asks for something starts a broker; coming again by itself does not.
 */
export class BrokerSession implements Disposable {
  #link: ControlLink | undefined;
  #ofLink = new DisposableStore();
  #opening: Promise<ControlLink> | undefined;
  #pause: Disposable | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #isDisposed = false;

  constructor(private readonly options: BrokerSessionOptions) {}

  /** Begins to connect, so that changes are told before anything is asked. */
  start(): void {
    void this.#open(true).catch((error: unknown) => this.options.say(messageOf(error)));
  }

  /** Resolves when the mirror holds what the broker knows. */
  async whenReady(): Promise<void> {
    await this.#linked();
  }

  /** Rejects with the broker's code, or `no_broker` when there is none or it is silent for so long. */
  async request<M extends keyof BrokerRequests>(
    method: M,
    params: BrokerRequests[M]['params'],
    timeoutMs = ANSWER_WITHIN_MS,
  ): Promise<BrokerRequests[M]['result']> {
    const ask = async () => this.#within(timeoutMs, (await this.#linked()).request(method, params));
    try {
      return await ask();
    } catch (error) {
      // A question may be put again to the next broker; what changes something may have been done.
      if (CHANGING.has(method) || !TaskHandlesError.is(error, 'link_lost')) throw error;
      return await ask();
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#pause?.dispose();
    this.#ofLink.dispose();
  }

  async #linked(): Promise<ControlLink> {
    if (this.#link !== undefined) return this.#link;
    // One that is under way may be of the kind that starts nothing.
    const opened = await this.#opening?.catch(() => undefined);
    return opened ?? (await this.#open(true));
  }

  #open(mayStart: boolean): Promise<ControlLink> {
    this.#pause?.dispose();
    this.#opening ??= this.#attach(mayStart).finally(() => {
      this.#opening = undefined;
      // Whoever tried: what is subscribed to must be told when there is a broker again.
      if (this.#link === undefined) this.#openLater();
    });
    return this.#opening;
  }

  async #attach(mayStart: boolean): Promise<ControlLink> {
    const own = new DisposableStore();
    try {
      const link = own.add(await this.options.open(mayStart));
      own.add(link.onClose(() => this.#closed(link)));
      await this.#within(ANSWER_WITHIN_MS, this.#watch(link, own));
      if (this.#isDisposed) throw new TaskHandlesError('link_lost', 'The supervisor has left.');
      this.#link = link;
      this.#ofLink = own;
      own.add(this.options.clock.after(CALM_MS, () => this.#calm()));
      return link;
    } catch (error) {
      own.dispose();
      throw error;
    }
  }

  /** What is told while the list is made counts after it. */
  async #watch(link: ControlLink, own: DisposableStore): Promise<void> {
    const { mirror } = this.options;
    mirror.hold();
    own.add(link.onNotification('tasks/changed', (change) => mirror.take(change)));
    await link.request('tasks/watch', {});
    const { rows } = await link.request('tasks/list', {});
    mirror.reset(rows);
  }

  #closed(link: ControlLink): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#ofLink.dispose();
    this.#openLater();
  }

  #openLater(): void {
    if (this.#isDisposed) return;
    this.#pause?.dispose();
    this.#pause = this.options.clock.after(this.#pauseMs, () => {
      if (this.#link !== undefined) return;
      void this.#open(false).catch(() => {});
    });
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** A broker that ends right after each connect is not asked ten times a second. */
  #calm(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** A broker that is stopped takes connections and says nothing. */
  async #within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
    const timers = new DisposableStore();
    const silence = new Promise<never>((_, reject) => {
      timers.add(this.options.clock.after(timeoutMs, () => reject(silent())));
    });
    try {
      return await Promise.race([answer, silence]);
    } finally {
      timers.dispose();
      answer.catch(() => {});
    }
  }
}

function silent(): TaskHandlesError {
  return new TaskHandlesError(
    'no_broker',
    'The broker does not answer; it may be stopped. The user can run `mcp-task-handles panic` to end all work without it.',
  );
}
