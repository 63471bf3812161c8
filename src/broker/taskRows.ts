import type { TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import type { LiveCall } from '../proxy/downstream/liveCall.ts';
import type { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import { pauseRefusal } from '../proxy/downstream/pauseRefusal.ts';
import type { TaskQuestions } from '../proxy/downstream/taskQuestions.ts';
import type { UnendedWork } from '../proxy/downstream/unendedWork.ts';
import { isHandleId } from '../registry/handleId.ts';
import { handleExpired } from '../registry/noSuchHandle.ts';
import type { OutlookOf } from '../registry/outlook.ts';
import { percentOf } from '../registry/progress.ts';
import { toTaskView } from '../registry/projection.ts';
import type { Registry } from '../registry/registry.ts';
import { isTerminal, type TaskRecord } from '../registry/taskRecord.ts';

import { futureRow } from './futureRow.ts';

/** So many rows are made in a few ms. */
const PORTION = 100;

export interface RowContext {
  readonly clock: Clock;
  readonly outlook: OutlookOf;
  readonly questions: TaskQuestions;
  readonly unended: UnendedWork;
}

/** Rows for people, made from the registry's records and the calls that are no tasks yet. */
export class TaskRows {
  constructor(
    private readonly registry: Registry,
    private readonly calls: LiveCalls,
    private readonly context: RowContext,
  ) {}

  /** Calls first, then tasks: live, then finished. Without `workspace`: every row of the user. */
  list(workspace?: string | null): TaskRow[] {
    return [...this.portions(workspace)].flat();
  }

  /**
   * As `list`, each portion as of when it is taken: to make thousands of rows at once would hold
   * up everyone. There is always a first one.
   */
  *portions(workspace?: string | null): Generator<TaskRow[], void> {
    const isWanted = (of: { workspace: string | null }) =>
      workspace === undefined || of.workspace === workspace;
    const tasks = this.registry.list(workspace === undefined ? {} : { workspace });
    yield [
      ...this.#shownCalls().filter(isWanted),
      ...tasks.slice(0, PORTION).map((record) => this.ofTask(record)),
      ...this.#futures().filter(isWanted),
    ];
    for (let start = PORTION; start < tasks.length; start += PORTION) {
      const handles = tasks.slice(start, start + PORTION).map(({ handle }) => handle);
      yield handles.flatMap((handle) => this.get(handle) ?? []);
    }
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

  #shownCalls(): TaskRow[] {
    const shown = this.calls.all().filter((call) => this.calls.isShown(call));
    return shown.map((call) => this.ofCall(call));
  }

  #futures(): TaskRow[] {
    const now = this.context.clock.now();
    return this.registry.futures().map((future) => futureRow(future, now));
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
        attached: isLive && call?.isAttached === true,
        outlook: this.context.outlook(record),
        inputRequests: this.context.questions.viewOf(record.handle),
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
      clientAttached: call?.hasDownstream === true,
      upstreamPid: (call?.upstream?.facts ?? record.upstream)?.pid ?? null,
      canPause: isLive && pauseRefusal(call, this.calls) === null,
      mayStillRun: this.context.unended.has(record.handle),
    };
  }

  ofCall(call: LiveCall): TaskRow {
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
      clientAttached: call.hasDownstream,
      upstreamPid: call.upstream?.facts?.pid ?? null,
      canPause: pauseRefusal(call, this.calls) === null,
      mayStillRun: false,
    };
  }
}
