import { isJsonObject, numberOr, parseJson, stringOr } from '../../../common/json.ts';
import { META_PROTOCOL_VERSION } from '../../wire/mcpNames.ts';
import type { WatchedTask } from './taskPort.ts';
import type { UpstreamTask } from './taskShapes.ts';

/** One `tools/call` from above: its id and token, and what was told under them. */
export class OpenCall {
  isCancelled = false;
  /** Whether it has been told how its task is found again. */
  isFindable = false;
  /** `null`: the server has made no task of it, or not yet. */
  task: WatchedTask | null = null;
  #progress = 0;
  #total: number | null = null;
  #isReal = false;
  #told = '';

  constructor(
    /** JSON text, as is the token. */
    readonly id: string,
    readonly token: string | null,
    /** Its `_meta` as JSON text. */
    readonly metaText: string,
  ) {}

  /** That of the request itself, where its era has such (2026-07-28). */
  get protocolVersion(): string | null {
    const meta = parseJson(this.metaText);
    return isJsonObject(meta) ? stringOr(meta[META_PROTOCOL_VERSION], null) : null;
  }

  /** Progress of the server's own: what we add never goes back behind it. */
  noteProgress(params: unknown): void {
    if (!isJsonObject(params)) return;
    this.#isReal = true;
    this.#progress = numberOr(params.progress, this.#progress);
    this.#total = numberOr(params.total, this.#total);
  }

  /** The task's status text as progress of the call; `null` when there is nothing new to tell. */
  progressLine(task: UpstreamTask): string | null {
    const message = task.message ?? (task.status === 'input_required' ? 'Waiting for input' : null);
    const told = JSON.stringify([task.status, message, task.updatedAt]);
    if (this.token === null || message === null || told === this.#told) return null;
    this.#told = told;
    if (!this.#isReal) this.#progress += 1;
    const total = this.#total === null ? '' : `,"total":${this.#total}`;
    const params = `"progress":${this.#progress}${total},"message":${JSON.stringify(message)}`;
    return `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${this.token},${params}}}`;
  }
}
