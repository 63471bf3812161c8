import { type ChildProcess, execFile } from 'node:child_process';
import type { EndOutcome } from './ownedProcess.ts';
import { NOTHING_TO_END, type ProcessTree } from './processTree.ts';

const FORCE_MS = 2000;

/**
 * Windows: the system's own `taskkill`, which follows parents to children. There is no guard and no
 * reading of other processes' birth or environment, so single descendants cannot be told apart.
 */
export class WindowsTree implements ProcessTree {
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

  upstreamExited(): Promise<EndOutcome> {
    this.#hasExited = true;
    this.#markExited();
    return Promise.resolve(NOTHING_TO_END);
  }

  async end(graceMs: number): Promise<EndOutcome> {
    if (this.#hasExited) return NOTHING_TO_END;
    if (graceMs > 0) {
      await taskkill(this.#pid, []);
      if (await this.#exitsWithin(graceMs)) return { level: 'terminated', ended: 1, survivors: [] };
    }
    await taskkill(this.#pid, ['/F']);
    if (!this.#hasExited) this.#child.kill();
    const isGone = await this.#exitsWithin(FORCE_MS);
    return { level: 'killed', ended: isGone ? 1 : 0, survivors: isGone ? [] : [this.#pid] };
  }

  endDescendants(): Promise<EndOutcome> {
    return Promise.resolve(NOTHING_TO_END);
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

/** A refusal (already gone, no window to ask) is no failure: the wait for the exit decides. */
function taskkill(pid: number, options: readonly string[]): Promise<void> {
  const args = ['/PID', String(pid), '/T', ...options];
  return new Promise((resolve) => {
    execFile('taskkill', args, { windowsHide: true, timeout: 5000 }, () => resolve());
  });
}
