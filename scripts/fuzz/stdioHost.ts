import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isJsonObject, parseJson } from '../../src/common/json.ts';
import { LineReader } from '../../src/common/lines.ts';
import { ENV_HOME } from '../../src/common/product.ts';
import { DIST, type FuzzWorld } from './fuzzWorld.ts';

const ENDING_MS = 5_000;

type Answer = Record<string, unknown>;

/** A host on a real `connect`, which can write whatever it likes. */
export class StdioHost {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #lastId = 0;
  readonly #gone: Promise<unknown>;
  #drained: Promise<unknown> | null = null;

  constructor(world: FuzzWorld, target: readonly string[]) {
    const args = ['connect', '--route', 'fuzz', '--policy', 'never', ...target];
    this.#child = spawn(process.execPath, [join(DIST, 'cli.js'), ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, [ENV_HOME]: world.paths.root },
    });
    this.#gone = once(this.#child, 'exit');
    const reader = new LineReader((line) => this.#take(line));
    this.#child.stdout?.on('data', (chunk: Buffer) => reader.push(chunk));
    this.#child.stdin?.on('error', () => {});
  }

  async greet(): Promise<void> {
    const clientInfo = { name: 'fuzz', version: '1' };
    const capabilities = { roots: {}, sampling: {}, elicitation: {} };
    await this.request('initialize', { protocolVersion: '2025-11-25', capabilities, clientInfo });
    await this.write('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  }

  /** Resolves when the line may be followed by another. */
  async write(line: string): Promise<void> {
    const { stdin } = this.#child;
    if (stdin?.write(`${line.replace(/[\r\n]/g, ' ')}\n`) !== false) return;
    this.#drained ??= Promise.race([once(stdin, 'drain'), this.#gone]);
    await this.#drained;
    this.#drained = null;
  }

  /** The ids are no mutation's. */
  request(method: string, params: object): Promise<Answer> {
    this.#lastId += 1;
    const id = `host-${process.pid}-${this.#lastId}`;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    void this.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return answer;
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdin?.end();
    await Promise.race([this.#gone, pause(ENDING_MS, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await this.#gone;
  }

  #take(line: string): void {
    const message = parseJson(line);
    if (!isJsonObject(message)) {
      this.#takeMalformed(line);
      return;
    }
    const { id, method } = message;
    if (typeof method !== 'string') this.#answer(String(id), message);
    else if (id !== undefined) void this.write(refusalOf(id));
  }

  /** Answers pass unparsed: one whose inside is no JSON is the call's answer all the same. */
  #takeMalformed(line: string): void {
    const id = /"id":"(host-\d+-\d+)"/.exec(line)?.[1];
    if (id !== undefined) this.#answer(id, {});
  }

  #answer(id: string, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }
}

/** What the server asks is nothing that this host answers. */
function refusalOf(id: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'No.' } });
}
