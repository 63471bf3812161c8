import { TaskHandlesError } from '../common/errors.ts';
import type { AuditQuery, AuditTrail } from '../registry/auditTrail.ts';
import { isHandleId } from '../registry/handleId.ts';
import type { ControlConnection } from './controlConnection.ts';

/** Registers the methods that read the audit trail. Params are parsed here: they are wire. */
export function handleAuditRequests(connection: ControlConnection, audit: AuditTrail): void {
  connection.handle('audit/read', async (params) => ({ rows: await audit.read(queryOf(params)) }));
  connection.handle('audit/verify', async () => ({ faults: await audit.verify() }));
}

function queryOf(params: { [name: string]: unknown }): AuditQuery {
  const { handle, afterSequence, limit, newest } = params;
  if (handle !== undefined && !isHandleId(handle)) {
    throw new TaskHandlesError('invalid_message', '`handle` must be a handle (th_…).');
  }
  return {
    ...(handle === undefined ? {} : { handle }),
    ...(isCount(afterSequence) ? { afterSequence } : {}),
    ...(isCount(limit) ? { limit } : {}),
    ...(newest === true ? { newest } : {}),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
