import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

type Message = { id?: number; result?: unknown; error?: { message: string } };

/** An MCP host at the cost of its lines: no SDK, one write per request, as hosts do it. */
export class BenchClient {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #rest = '';
  #lastId = 0;
  #stderr = '';

  private constructor({ command, args, env }: CommandLine) {
    const stdio = ['pipe', 'pipe', 'pipe'] as const;
    this.#child = spawn(command, args, { stdio: [...stdio], env: env ?? process.env });
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.#child.stdin?.on('error', () => {});
    this.#child.on('exit', () => this.#failAll());
  }

  /** Starts the server and greets it. */
  static async start(commandLine: CommandLine): Promise<BenchClient> {
    const client = new BenchClient(commandLine);
    const clientInfo = { name: 'bench', version: '1' };
    await client.request('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo,
    });
    client.#write({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return client;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  request(method: string, params: object): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.send(method, params, (message) => {
        if (message.error === undefined) resolve(message.result);
        else reject(new Error(`${method}: ${message.error.message}`));
      });
    });
  }

  /** As `request`, without a promise: for the hot loop. */
  send(method: string, params: object, onAnswer: (message: Message) => void): void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#waiting.set(id, onAnswer);
    this.#write({ jsonrpc: '2.0', id, method, params });
  }

  /** Leaves as a host does; by force when the process does not follow. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.stdin?.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exit;
    clearTimeout(timer);
  }

  #write(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message: Message = JSON.parse(line);
      const onAnswer = message.id === undefined ? undefined : this.#waiting.get(message.id);
      if (message.id !== undefined) this.#waiting.delete(message.id);
      onAnswer?.(message);
    }
  }

  #failAll(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    const error = { message: `the process has ended. ${this.#stderr}` };
    for (const onAnswer of waiting) onAnswer({ error });
  }
}
