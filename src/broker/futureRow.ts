import type { TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { FutureRecord } from '../registry/parseTaskRecord.ts';

/** A row for a record that a newer version wrote: that it is there, and nothing made up. */
export function futureRow(future: FutureRecord, now: number): TaskRow {
  const created = new Date(future.createdAtMs).toISOString();
  return {
    id: future.handle,
    kind: 'task',
    handle: future.handle,
    callId: null,
    route: future.route,
    tool: future.tool,
    status: future.status ?? 'failed',
    paused: false,
    attached: false,
    message: `Made by a newer version (schema ${future.schemaVersion}); update to read it.`,
    futureSchema: future.schemaVersion,
    createdAt: created,
    lastUpdatedAt: created,
    elapsedMs: Math.max(0, now - future.createdAtMs),
    ttlMs: null,
    pollIntervalMs: 0,
    argument: '',
    workspace: future.workspace,
    client: { name: 'unknown', version: '' },
    conversationId: null,
    hasResult: false,
    isError: false,
    collected: true,
    hasLateResult: false,
    endedAt: created,
    clientAttached: false,
    upstreamPid: null,
    canPause: false,
    mayStillRun: false,
  };
}
