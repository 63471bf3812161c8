import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type HomePaths, resolveHome } from '../../src/brokerApi/home.ts';

const PROBE = join(import.meta.dirname, '../../test/bench/loopProbe.cjs');
const READY_WITHIN_MS = 60_000;
/** Ticks of the kernel's clock in a second: what Linux counts CPU time in. */
const TICKS_PER_SECOND = 100;

/** A Node process that tells how late its event loop is, and how much CPU time it took. */
export class ProbedProcess {
  readonly #child: ChildProcess;
  readonly #answer: string;

  private constructor(args: readonly string[], answer: string) {
    this.#answer = answer;
    const env = { ...process.env, TH_LOOP_PROBE: answer };
    this.#child = spawn(process.execPath, ['--require', PROBE, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  /** A loop that does nothing: what the machine itself is late by. */
  static idle(folder: string): ProbedProcess {
    const code = 'setInterval(() => {}, 1000)';
    return new ProbedProcess(['-e', code], join(folder, 'idle-probe'));
  }

  /** A broker of its own for the home, and how long it took until clients can find it. */
  static async broker(
    distFolder: string,
    paths: HomePaths,
  ): Promise<{ broker: ProbedProcess; readyMs: number }> {
    const begin = performance.now();
    const args = [join(distFolder, 'broker.js'), '--home', paths.root, '--idle-exit-ms', '3600000'];
    const broker = new ProbedProcess(args, `${paths.root}-probe`);
    while (!existsSync(paths.endpoint)) {
      if (performance.now() - begin > READY_WITHIN_MS) throw new Error('The broker is not ready.');
      if (broker.#child.exitCode !== null) throw new Error('The broker has ended.');
      await pause(1);
    }
    return { broker, readyMs: performance.now() - begin };
  }

  /** The longest that the loop was held up since the last time that this was asked. */
  async longestBlockMs(): Promise<number> {
    rmSync(this.#answer, { force: true });
    this.#child.kill('SIGUSR2');
    while (!existsSync(this.#answer)) await pause(5);
    return Number(readFileSync(this.#answer, 'utf8'));
  }

  /** CPU time in user and system mode so far; `null` where it cannot be told. */
  cpuSeconds(): number | null {
    try {
      const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      return null;
    }
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exit;
    clearTimeout(force);
  }
}

/** A home beside the others of a run. */
export function homeIn(folder: string, name: string): HomePaths {
  return resolveHome({ home: join(folder, name) });
}
