import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { LineReader } from '../../src/common/lines.ts';

const FIXTURE = join(import.meta.dirname, '../../test/fixtures/conformance/main.mjs');

/** What the fixture can be started as. */
export interface FixtureKind {
  readonly hasTasks: boolean;
  /** Absent: both. */
  readonly era?: 'legacy' | 'modern';
}

/** The command line of the fixture. */
export function fixtureCommand(transport: 'stdio' | 'http', kind: FixtureKind): string[] {
  return [
    ...[process.execPath, FIXTURE, transport],
    ...(kind.hasTasks ? [] : ['--no-tasks']),
    ...(kind.era === undefined ? [] : ['--era', kind.era]),
  ];
}

/** The fixture over HTTP, in a process of its own. */
export class FixtureProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(kind: FixtureKind): Promise<FixtureProcess> {
    const [command = '', ...args] = fixtureCommand('http', kind);
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    return new FixtureProcess(await firstLine(child), child);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

/** What a process says first; rejects when it ends without a word. */
export function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = new LineReader((line) => resolve(line));
    child.stdout?.on('data', (chunk: Buffer) => lines.push(chunk));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The process ended with ${code}.`)));
  });
}
