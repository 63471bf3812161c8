import { type ChildProcess, execFile } from 'node:child_process';
import type { EndOutcome, PauseOutcome } from './ownedProcess.ts';
import { NOTHING_TO_END, type ProcessTree } from './processTree.ts';

const FORCE_MS = 2000;

/**
 * Windows: the system's own `taskkill`, which follows parents to children. There is no guard and no
 * reading of other processes' birth or environment, so single descendants cannot be told apart.
 */
export class WindowsTree implements ProcessTree {
  readonly canPause = false;
  readonly #child: ChildProcess;
  readonly #pid: number;
  #hasExited = false;
  #markExited = (): void => {};
  readonly #exited = new Promise<void>((resolve) => {
    this.#markExited = resolve;
  });

  constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.#pid = pid;
  }

  /** The system's tool needs no memory. */
  beginsWork(): void {}

  upstreamExited(): Promise<EndOutcome> {
    this.#hasExited = true;
    this.#markExited();
    return Promise.resolve(NOTHING_TO_END);
  }

  async end(graceMs: number): Promise<EndOutcome> {
    if (this.#hasExited) return NOTHING_TO_END;
    if (graceMs > 0) {
      await taskkill(this.#pid, []);
      if (await this.#exitsWithin(graceMs)) return outcome('terminated', []);
    }
    await taskkill(this.#pid, ['/F']);
    if (!this.#hasExited) this.#child.kill();
    const isGone = await this.#exitsWithin(FORCE_MS);
    return outcome('killed', isGone ? [] : [this.#pid]);
  }

  endDescendants(): Promise<EndOutcome> {
    return Promise.resolve(NOTHING_TO_END);
  }

  pause(): Promise<PauseOutcome> {
    return Promise.resolve({ state: 'moving', pids: [this.#pid] });
  }

  resume(): Promise<void> {
    return Promise.resolve();
  }

  async #exitsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#exited, late]);
    clearTimeout(timer);
    return this.#hasExited;
  }
}

/** Nobody tells how many there were below it, nor what they held. */
function outcome(level: 'terminated' | 'killed', survivors: readonly number[]): EndOutcome {
  return { level, ended: 1 - survivors.length, memoryBytes: null, survivors, stuck: [] };
}

/** A refusal (already gone, no window to ask) is no failure: the wait for the exit decides. */
export function taskkill(pid: number, options: readonly string[]): Promise<void> {
  const args = ['/PID', String(pid), '/T', ...options];
  return new Promise((resolve) => {
    execFile('taskkill', args, { windowsHide: true, timeout: 5000 }, () => resolve());
  });
}
