import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { LineReader } from '../../src/common/lines.ts';
import { CLI, temporaryHome } from './connectClient.ts';
import { LineInbox } from './lineInbox.ts';

const START_MS = 30_000;

/** A home of its own, and the `serve`s in it: they end before its broker, or would start it again. */
export class ServeHome {
  readonly #programs: ServeProgram[] = [];
  readonly path: string;

  constructor(t: TestContext) {
    t.after(() => Promise.all(this.#programs.map((program) => program.stop())));
    this.path = temporaryHome(t);
  }

  /** Resolves when it serves this command line. */
  async serve(server: readonly string[], flags: readonly string[] = []): Promise<ServeProgram> {
    const args = [CLI, 'serve', '--route', 'e', '--home', this.path, ...flags, '--', ...server];
    const program = new ServeProgram(spawn(process.execPath, args, { stdio: 'pipe' }));
    this.#programs.push(program);
    await program.told();
    return program;
  }
}

/** A real `serve`, as a shell has it. */
export class ServeProgram {
  readonly stdout = new LineInbox();
  readonly stderr = new LineInbox();
  url = '';
  tokenFile = '';
  token = '';

  constructor(readonly child: ChildProcess) {
    const out = new LineReader((line) => this.stdout.push(line));
    const errors = new LineReader((line) => this.stderr.push(line));
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
  }

  /** Reads what it tells when it serves. */
  async told(): Promise<void> {
    const served = await this.stdout.next((line) => line.includes('is served at'), START_MS);
    this.url = served.split(' ').at(-1) ?? '';
    const place = await this.stdout.next((line) => line.includes('the token lies in'), START_MS);
    this.tokenFile = place.split('lies in ').at(-1) ?? '';
    this.token = readFileSync(this.tokenFile, 'utf8').trim();
  }

  get headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}` };
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}
