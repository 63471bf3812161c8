import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { type Disposable, toDisposable } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import { LineReader } from '../common/lines.ts';
import { LineWriter } from '../common/lineWriter.ts';
import type {
  EndOutcome,
  OwnedProcess,
  PauseOutcome,
  ProcessExit,
  ProcessIdentity,
} from './ownedProcess.ts';
import { NOTHING_TO_END, type ProcessTree } from './processTree.ts';
import { StderrTail } from './stderrTail.ts';

export type PipedChild = ChildProcessByStdio<Writable, Readable, Readable>;

/** What MCP grants a server after its stdin was closed, and again after SIGTERM. */
const SHUT_DOWN_STEP_MS = 2000;
/** Somebody whom we cannot end may hold stdout open for ever. */
const LAST_OUTPUT_MS = 1000;

/** The pipes and the end of a process of ours, the same on every platform. */
export class PipedProcess implements OwnedProcess {
  readonly identity: ProcessIdentity;
  readonly onStderr: Event<string>;
  readonly #child: PipedChild;
  readonly #tree: ProcessTree;
  readonly #stdin: LineWriter;
  readonly #lines = new Emitter<string>();
  readonly #stderr = new Emitter<string>();
  readonly #exits = new Emitter<ProcessExit>();
  readonly #tail = new StderrTail();
  readonly #exited: Promise<void>;
  readonly #cleanedUp: Promise<EndOutcome>;
  #hasExited = false;
  #exit: ProcessExit | null = null;

  constructor(child: PipedChild, identity: ProcessIdentity, tree: ProcessTree) {
    this.identity = identity;
    this.onStderr = this.#stderr.event;
    this.#child = child;
    this.#tree = tree;
    this.#stdin = new LineWriter(child.stdin);
    this.#readStdout();
    this.#readStderr();
    this.#cleanedUp = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#hasExited = true;
        resolve(this.#finish(code, signal));
      });
    });
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => resolve());
    });
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Reading begins with the first listener, so that no line comes before there is one. */
  readonly onLine: Event<string> = (listener) => {
    const subscription = this.#lines.event(listener);
    this.#child.stdout.resume();
    return subscription;
  };

  /** Who comes after the exit is told as well. */
  readonly onExit: Event<ProcessExit> = (listener): Disposable => {
    const exit = this.#exit;
    if (exit === null) return this.#exits.event(listener);
    const late = setImmediate(() => listener(exit));
    return toDisposable(() => clearImmediate(late));
  };

  send(line: string): boolean {
    this.#tree.beginsWork();
    return this.#stdin.write(line);
  }

  holdOutput(isHeld: boolean): void {
    // After the exit the rest is read in any case.
    if (this.#hasExited) return;
    if (isHeld) this.#child.stdout.pause();
    else this.#child.stdout.resume();
  }

  async shutDown(): Promise<EndOutcome> {
    if (this.#hasExited) return this.#cleanedUp;
    this.#stdin.end();
    const outcome = await this.#cleanedUpWithin(SHUT_DOWN_STEP_MS);
    if (outcome === null) return this.end({ graceMs: SHUT_DOWN_STEP_MS });
    if (outcome.level !== 'none') return outcome;
    return { ...NOTHING_TO_END, level: 'exited', ended: 1, memoryBytes: null };
  }

  async end(options: { graceMs: number }): Promise<EndOutcome> {
    const outcome = await this.#tree.end(options.graceMs);
    if (!outcome.survivors.includes(this.identity.pid)) await this.#exited;
    return outcome;
  }

  endDescendants(options: { sinceMs: number; graceMs: number }): Promise<EndOutcome> {
    return this.#tree.endDescendants(options);
  }

  get canPause(): boolean {
    return this.#tree.canPause;
  }

  pause(): Promise<PauseOutcome> {
    return this.#tree.pause();
  }

  resume(): Promise<void> {
    return this.#tree.resume();
  }

  #readStdout(): void {
    const { stdout } = this.#child;
    const reader = new LineReader((line) => this.#lines.fire(line));
    stdout.pause();
    stdout.on('error', () => stdout.destroy());
    stdout.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.#refuse(error);
      }
    });
  }

  #readStderr(): void {
    const { stderr } = this.#child;
    stderr.setEncoding('utf8');
    stderr.on('error', () => stderr.destroy());
    stderr.on('data', (text: string) => {
      this.#tail.push(text);
      this.#stderr.fire(text);
    });
  }

  #refuse(error: unknown): void {
    this.#tail.note(`${messageOf(error)} The process was ended.`);
    this.#child.stdout.removeAllListeners('data').resume();
    this.end({ graceMs: 0 }).catch(this.#noteFailure);
  }

  async #finish(code: number | null, signal: string | null): Promise<EndOutcome> {
    const { stdout, stderr } = this.#child;
    const outputEnd = Promise.all([closeOf(stdout), closeOf(stderr)]);
    stdout.resume();
    const outcome = (await this.#tree.upstreamExited().catch(this.#noteFailure)) ?? NOTHING_TO_END;
    const timer = setTimeout(() => {
      stdout.destroy();
      stderr.destroy();
    }, LAST_OUTPUT_MS);
    await outputEnd;
    clearTimeout(timer);
    this.#child.stdin.destroy();
    this.#exit = { code, signal, stderrTail: this.#tail.toString() };
    this.#exits.fire(this.#exit);
    return outcome;
  }

  readonly #noteFailure = (error: unknown): void => this.#tail.note(messageOf(error));

  async #cleanedUpWithin(ms: number): Promise<EndOutcome | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, ms, null);
    });
    const outcome = await Promise.race([this.#cleanedUp, late]);
    clearTimeout(timer);
    return outcome;
  }
}

async function closeOf(stream: Readable): Promise<void> {
  if (stream.closed) return;
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
  });
}
