import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import type { Registry } from '../../registry/registry.ts';
import type { HandleId, TaskRecord } from '../../registry/taskRecord.ts';

/** The part of a call that its key must stand for. */
export interface KeyedCall {
  readonly workspace: string | null;
  readonly route: string;
  readonly tool: string;
  readonly argumentsHash: string;
  readonly keyHash: string;
}

/** What a key stands for: a call that is being recorded, or a handle. */
interface Claim {
  readonly call: Pick<KeyedCall, 'tool' | 'argumentsHash'>;
  readonly handle: Promise<HandleId>;
}

/**
 * Which handle each idempotency key stands for, within one workspace and route. The truth are the
 * registry's records, so a key outlives the broker; what is being recorded is known here alone.
 */
export class KeyedTasks {
  readonly #handles = new Map<string, HandleId>();
  readonly #scopes = new Map<HandleId, string>();
  readonly #beginning = new Map<string, Claim>();

  constructor(private readonly registry: Registry) {
    for (const record of registry.all()) this.#note(record);
    registry.onDidChange((record) => this.#note(record));
    registry.onDidRemove((handle) => void this.#forgetExpired(handle));
  }

  /** The key's handle; `execute` makes it if the key is new, and is then not called again. */
  handleFor(call: KeyedCall, execute: () => Promise<HandleId>): Promise<HandleId> {
    const scope = scopeOf(call, call.keyHash);
    const beginning = this.#beginning.get(scope);
    if (beginning !== undefined) return sameCall(beginning, call);
    const known = this.#handles.get(scope);
    if (known === undefined) return this.#begin(scope, call, execute());
    const record = this.registry.get(known);
    if (record !== undefined) return sameCall(claimOf(record), call);
    return this.#begin(scope, call, this.#fromPast(known, call, execute));
  }

  /** Until it is settled, calls with the same key join this very one. */
  #begin(scope: string, call: KeyedCall, handle: Promise<HandleId>): Promise<HandleId> {
    this.#beginning.set(scope, { call, handle });
    const forget = () => this.#beginning.delete(scope);
    handle.then(forget, forget);
    return handle;
  }

  /** An archived task still has its key; one whose ttl is over does not. */
  async #fromPast(
    handle: HandleId,
    call: KeyedCall,
    execute: () => Promise<HandleId>,
  ): Promise<HandleId> {
    const found = await this.registry.find(handle);
    return await (found.kind === 'task' ? sameCall(claimOf(found.record), call) : execute());
  }

  /** A key that came free at the end of its ttl may have been used again: the later one holds. */
  #note(record: TaskRecord): void {
    if (record.idempotencyKeyHash === null) return;
    const scope = scopeOf(record, record.idempotencyKeyHash);
    const known = this.registry.get(this.#handles.get(scope) ?? record.handle);
    if (known !== undefined && known.createdAtMs > record.createdAtMs) return;
    this.#handles.set(scope, record.handle);
    this.#scopes.set(record.handle, scope);
  }

  async #forgetExpired(handle: HandleId): Promise<void> {
    const scope = this.#scopes.get(handle);
    if (scope === undefined) return;
    const found = await this.registry.find(handle).catch(() => null);
    if (found === null || found.kind === 'task') return;
    this.#scopes.delete(handle);
    if (this.#handles.get(scope) === handle) this.#handles.delete(scope);
  }
}

/** What a call with a key is told that the disk has refused. */
export function unrecorded(tool: string, error: unknown): TaskHandlesError {
  const why = `\`${tool}\` was not run, because its key could not be recorded`;
  return new TaskHandlesError('store_failed', `${why}: ${messageOf(error)}`, { cause: error });
}

function claimOf(record: TaskRecord): Claim {
  return { call: record, handle: Promise.resolve(record.handle) };
}

function scopeOf(
  { workspace, route }: Pick<TaskRecord, 'workspace' | 'route'>,
  keyHash: string,
): string {
  return JSON.stringify([workspace, route, keyHash]);
}

/** One key, two different calls: a mistake of the caller, which must not get the wrong result. */
async function sameCall(known: Claim, call: KeyedCall): Promise<HandleId> {
  const handle = await known.handle;
  const { tool, argumentsHash } = known.call;
  if (tool === call.tool && argumentsHash === call.argumentsHash) return handle;
  const what = tool === call.tool ? 'other arguments' : `another tool (\`${tool}\`)`;
  throw new TaskHandlesError(
    'usage',
    `This idempotency key already stands for task ${handle} with ${what}; nothing was run. ` +
      'Use a new key for a new call, or the same tool and arguments to get that task.',
  );
}
