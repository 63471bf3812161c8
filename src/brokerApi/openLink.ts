import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { TaskHandlesError } from '../common/errors.ts';
import { readEndpoint } from './endpointFile.ts';
import { greet, type HelloFacts, type Link } from './greeting.ts';
import { ensureHome, type HomePaths } from './home.ts';
import { fatalMark, HELD_MARK, startBroker, startLogSince, startLogSize } from './startBroker.ts';

export type { HelloFacts, Link };

export interface LinkOptions {
  readonly paths: HomePaths;
  readonly hello: HelloFacts;
  /** How to start a broker when there is none; `'never'`: then fail with `no_broker`. */
  readonly start: { readonly distFolder: string; readonly idleExitMs?: number } | 'never';
  /** Bounds everything, the start of a broker included. Default 10 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 15;
const LONGEST_PAUSE_MS = 200;
const FIRST_START_PAUSE_MS = 700;

/**
 * Connects to the broker of a home and says hello; starts a broker when there is none and tries
 * again until one answers. A broker that lives but does not answer is reported, never replaced.
 * Rejects with `no_broker`, `broker_refused`, `broker_start_failed`, `home_not_writable` or
 * `socket_path_too_long`.
 */
export async function openLink(options: LinkOptions): Promise<Link> {
  if (options.start !== 'never') ensureHome(options.paths);
  const opening = new Opening(options);
  for (;;) {
    const link = await opening.attempt();
    if (link !== undefined) return link;
    await opening.rest();
  }
}

/** The state of one `openLink`: what was tried and when to try again. */
class Opening {
  readonly #options: LinkOptions;
  readonly #deadline: number;
  readonly #logMark: number;
  readonly #startId = randomUUID();
  #pauseMs = FIRST_PAUSE_MS;
  #startPauseMs = FIRST_START_PAUSE_MS;
  #nextStart = 0;
  #refusedToken: string | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#deadline = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
    this.#logMark = startLogSize(options.paths.startLog);
  }

  async attempt(): Promise<Link | undefined> {
    const { paths, hello, signal } = this.#options;
    signal?.throwIfAborted();
    const { endpoint, reason } = readEndpoint(paths.endpoint);
    if (endpoint === undefined) {
      await this.#startIfDue(reason);
      return undefined;
    }
    const timeoutMs = this.#remainingMs();
    const answer = await greet({ endpoint, hello, timeoutMs, signal });
    if (answer.kind === 'granted') return answer.link;
    if (answer.kind === 'silent') throw notAnswering(endpoint.pid);
    if (answer.kind === 'refused') this.#takeRefusal(endpoint.token, answer.error);
    if (answer.kind === 'absent') await this.#startIfDue(answer.reason);
    return undefined;
  }

  /** Waits a little; throws what is known when the time is over. */
  async rest(): Promise<void> {
    const { paths, signal } = this.#options;
    const mark = fatalMark(this.#startId);
    const lines = startLogSince(paths.startLog, this.#logMark).filter(
      (line) => line.startsWith(mark) || !ANY_FATAL.test(line),
    );
    const failure = startFailureIn(lines, mark);
    if (failure !== undefined) throw startFailed(failure);
    if (this.#remainingMs() <= 0) throw this.#outOfTime(lines);
    await pause(Math.min(this.#pauseMs, this.#remainingMs()), undefined, signal && { signal });
    this.#pauseMs = Math.min(this.#pauseMs * 1.5, LONGEST_PAUSE_MS);
  }

  #remainingMs(): number {
    return Math.max(0, this.#deadline - performance.now());
  }

  /** Starts again after a while: the last start may have met a broker that was just leaving. */
  async #startIfDue(reason: string | undefined): Promise<void> {
    const { paths, start } = this.#options;
    if (start === 'never') {
      const why = reason === undefined ? '' : ` (${reason})`;
      throw new TaskHandlesError('no_broker', `No broker is running in ${paths.root}${why}.`);
    }
    if (performance.now() < this.#nextStart) return;
    this.#nextStart = performance.now() + this.#startPauseMs;
    this.#startPauseMs *= 2;
    await startBroker({ paths, ...start, startId: this.#startId });
  }

  /** A refused token is read again once: the broker may have changed between file and socket. */
  #takeRefusal(token: string, error: TaskHandlesError): void {
    if (this.#refusedToken === token) throw error;
    this.#refusedToken = token;
  }

  /** Slow is not failed: without a word about a failure the broker may still come up. */
  #outOfTime(lines: readonly string[]): TaskHandlesError {
    const last = lines.at(-1);
    if (last?.startsWith(HELD_MARK)) return notAnswering(Number(last.slice(HELD_MARK.length)));
    if (last !== undefined) return startFailed(last);
    return new TaskHandlesError(
      'no_broker',
      `No broker has answered in time; try again, or see ${this.#options.paths.brokerLog}.`,
    );
  }
}

/** Of any start: others' failures, in an environment of theirs, say nothing of ours. */
const ANY_FATAL = /^fatal( [\w-]+)?: /;

/** What a starting broker said of its failure, or Node of a crash, which ends with its version. */
function startFailureIn(lines: readonly string[], mark: string): string | undefined {
  const fatal = lines.findLast((line) => line.startsWith(mark));
  if (fatal !== undefined) return fatal.slice(mark.length);
  if (!lines.some((line) => /^Node\.js v\d/.test(line))) return undefined;
  return lines.findLast((line) => /^(Uncaught )?\w*Error\b/.test(line)) ?? lines.at(-1);
}

function startFailed(reason: string): TaskHandlesError {
  return new TaskHandlesError('broker_start_failed', `The broker did not start: ${reason}`);
}

function notAnswering(pid: number): TaskHandlesError {
  return new TaskHandlesError(
    'no_broker',
    `The broker (pid ${pid}) does not answer; it may be stopped: \`kill -CONT ${pid}\`, or end it with \`kill ${pid}\`.`,
  );
}
