import type { TaskRow } from '../../src/brokerApi/brokerProtocol.ts';

export const CREATED_MS = Date.parse('2026-11-23T10:00:00.000Z');
const HANDLE = 'th_aaaaaaaaaaaaaaaaaaaaaaaaaa';

/** A row as the broker sends it: a running task of the workspace `ws`, but for what is told. */
export function taskRow(differences: Partial<TaskRow> = {}): TaskRow {
  return {
    id: HANDLE,
    kind: 'task',
    handle: HANDLE,
    callId: null,
    route: 'shell',
    tool: 'echo',
    argument: 'npm run build',
    status: 'working',
    paused: false,
    attached: true,
    createdAt: new Date(CREATED_MS).toISOString(),
    lastUpdatedAt: new Date(CREATED_MS).toISOString(),
    elapsedMs: 0,
    ttlMs: null,
    pollIntervalMs: 5000,
    workspace: 'ws',
    client: { name: 'agent', version: '1' },
    conversationId: null,
    hasResult: false,
    isError: false,
    collected: false,
    hasLateResult: false,
    endedAt: null,
    clientAttached: true,
    upstreamPid: 4711,
    canPause: false,
    mayStillRun: false,
    ...differences,
  };
}

/** The same when it has completed after so long. */
export function completedRow(elapsedMs: number, differences: Partial<TaskRow> = {}): TaskRow {
  return taskRow({
    status: 'completed',
    hasResult: true,
    elapsedMs,
    ttlMs: 3_600_000,
    lastUpdatedAt: new Date(CREATED_MS + elapsedMs).toISOString(),
    ...differences,
  });
}
