import type { TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import type { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import type { ToolCall } from '../proxy/downstream/toolCall.ts';
import { isHandleId } from '../registry/handleId.ts';
import { handleExpired } from '../registry/noSuchHandle.ts';
import type { OutlookOf } from '../registry/outlook.ts';
import { percentOf } from '../registry/progress.ts';
import { toTaskView } from '../registry/projection.ts';
import type { Registry } from '../registry/registry.ts';
import { isTerminal, type TaskRecord } from '../registry/taskRecord.ts';

import { futureRow } from './futureRow.ts';

/** Rows for people, made from the registry's records and the calls that are no tasks yet. */
export class TaskRows {
  constructor(
    private readonly registry: Registry,
    private readonly calls: LiveCalls,
    private readonly context: { readonly clock: Clock; readonly outlook: OutlookOf },
  ) {}

  /** Calls first, then tasks: live, then finished. Without `workspace`: every row of the user. */
  list(workspace?: string | null): TaskRow[] {
    const filter = workspace === undefined ? {} : { workspace };
    const calls = this.calls
      .all()
      .filter((call) => this.calls.isShown(call))
      .filter((call) => workspace === undefined || call.route.workspace === workspace);
    return [
      ...calls.map((call) => this.ofCall(call)),
      ...this.registry.list(filter).map((record) => this.ofTask(record)),
      ...this.registry
        .futures()
        .filter((future) => workspace === undefined || future.workspace === workspace)
        .map((future) => futureRow(future, this.context.clock.now())),
    ];
  }

  /** The record behind a row id; call ids have none. */
  recordOf(id: string): TaskRecord | undefined {
    return isHandleId(id) ? this.registry.get(id) : undefined;
  }

  get(id: string): TaskRow | null {
    const record = this.recordOf(id);
    if (record !== undefined) return this.ofTask(record);
    const call = this.calls.get(id);
    return call === undefined ? null : this.ofCall(call);
  }

  /** As `get`, for archived tasks as well; rejects with `expired` when its ttl is over. */
  async find(id: string): Promise<TaskRow | null> {
    const row = this.get(id);
    if (row !== null || !isHandleId(id)) return row;
    const found = await this.registry.find(id);
    if (found.kind === 'expired') throw handleExpired(id);
    if (found.kind === 'future') return futureRow(found.future, this.context.clock.now());
    return found.kind === 'task' ? this.#ofArchived(found.record) : null;
  }

  /** Archived tasks, newest end first. */
  async older(limit: number, workspace?: string | null): Promise<TaskRow[]> {
    const records = await this.registry.listArchived(limit);
    return records
      .filter((record) => workspace === undefined || record.workspace === workspace)
      .map((record) => this.#ofArchived(record));
  }

  #ofArchived(record: TaskRecord): TaskRow {
    return { ...this.ofTask(record), isArchived: true };
  }

  /** Whether people see a row of this id: a young call is none, nor one that became a task. */
  isShown(id: string): boolean {
    const call = this.calls.get(id);
    return call === undefined ? this.recordOf(id) !== undefined : this.calls.isShown(call);
  }

  ofTask(record: TaskRecord): TaskRow {
    const call = this.calls.ofHandle(record.handle);
    const isLive = !isTerminal(record.status);
    return {
      ...toTaskView(record, {
        now: this.context.clock.now(),
        attached: isLive && call !== undefined,
        outlook: this.context.outlook(record),
      }),
      id: record.handle,
      kind: 'task',
      handle: record.handle,
      callId: call?.id ?? null,
      argument: record.argument,
      workspace: record.workspace,
      client: { name: record.client.name, version: record.client.version },
      conversationId: record.client.conversationId,
      hasResult: record.hasResult,
      isError: record.isError,
      collected: record.collectedAtMs !== null,
      hasLateResult: record.hasLateResult,
      endedAt: record.endedAtMs === null ? null : new Date(record.endedAtMs).toISOString(),
      clientAttached: call?.downstream != null,
      upstreamPid: record.upstream?.pid ?? null,
    };
  }

  ofCall(call: ToolCall): TaskRow {
    const started = new Date(call.startedAtMs).toISOString();
    const percent = percentOf({ status: 'working', progress: call.progress });
    const message = call.progress?.message ?? null;
    return {
      id: call.id,
      kind: 'call',
      handle: null,
      callId: call.id,
      route: call.route.name,
      tool: call.tool,
      status: 'working',
      paused: false,
      attached: true,
      ...(percent === undefined ? {} : { percent }),
      ...(message === null ? {} : { message }),
      createdAt: started,
      lastUpdatedAt: new Date(this.context.clock.now()).toISOString(),
      elapsedMs: call.elapsedMs,
      ttlMs: null,
      pollIntervalMs: call.policy.pollIntervalMs,
      argument: call.argument,
      workspace: call.route.workspace,
      client: { name: call.client.name, version: call.client.version },
      conversationId: call.client.conversationId,
      hasResult: false,
      isError: false,
      collected: false,
      hasLateResult: false,
      endedAt: null,
      clientAttached: call.downstream !== null,
      upstreamPid: call.upstream?.facts.pid ?? null,
    };
  }
}
