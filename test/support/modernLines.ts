import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isJsonObject, type JsonObject, parseJson } from '../../src/common/json.ts';
import { CLI, closeWithHome } from './connectClient.ts';

const VERSION = '2026-07-28';

export interface ModernSpec {
  readonly home: string;
  readonly server: readonly string[];
  readonly flags?: readonly string[];
  readonly capabilities?: object;
  readonly route?: string;
}

/** A client of 2026-07-28 that hides nothing: lines with an envelope over `connect`. */
export class ModernLines {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: JsonObject) => void>();
  readonly notifications: JsonObject[] = [];
  #lastId = 0;

  constructor(private readonly spec: ModernSpec) {
    const { home, server, flags = [], route = 'm' } = spec;
    const args = [CLI, 'connect', '--route', route, '--home', home, ...flags, '--', ...server];
    this.#child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const { stdout } = this.#child;
    if (stdout !== null) createInterface(stdout).on('line', (line) => this.#take(line));
    closeWithHome(home, this);
  }

  /** The `result`, or rejects with the JSON-RPC error as it came. */
  async request(method: string, params: object = {}): Promise<JsonObject> {
    const { result, error } = await this.exchange(method, params);
    if (isJsonObject(result)) return result;
    throw Object.assign(new Error(JSON.stringify(error)), isJsonObject(error) ? error : {});
  }

  exchange(method: string, params: object): Promise<JsonObject> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<JsonObject>((resolve) => this.#waiting.set(id, resolve));
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': VERSION,
      'io.modelcontextprotocol/clientInfo': { name: 'modern lines', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': this.spec.capabilities ?? {},
    };
    const line = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } });
    this.#child.stdin?.write(`${line}\n`);
    return answered;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve();
      this.#child.once('exit', () => resolve());
      this.#child.stdin?.end();
    });
  }

  #take(line: string): void {
    const message = parseJson(line);
    if (!isJsonObject(message)) return;
    if (message.method !== undefined) this.notifications.push(message);
    else this.#waiting.get(Number(message.id))?.(message);
  }
}
