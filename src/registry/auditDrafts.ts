import { redactSecrets } from '../common/redact.ts';
import type { AuditAction, AuditDraft, Principal } from './auditTrail.ts';
import type { TaskEvent } from './taskEvent.ts';
import type { TaskRecord } from './taskRecord.ts';

/** What is audited: every event, and the two ends of a handle's life. */
export type AuditedEvent = TaskEvent | { readonly type: 'created' } | { readonly type: 'expired' };

const MAX_REASON = 300;

/** The broker itself: recovery and retention. */
export const BROKER_PRINCIPAL: Principal = {
  door: 'broker',
  client: null,
  conversationId: null,
  user: null,
};

const ACTIONS: Readonly<Record<AuditedEvent['type'], AuditAction>> = {
  created: 'created',
  completed: 'completed',
  failed: 'failed',
  inputRequired: 'input_required',
  inputProvided: 'input_provided',
  remoteKnown: 'remote_known',
  upstreamExited: 'upstream_exited',
  lost: 'lost',
  cancelled: 'cancelled',
  revoked: 'revoked',
  revocationEnded: 'revocation_ended',
  serverEnded: 'server_ended',
  paused: 'paused',
  resumed: 'resumed',
  timedOut: 'timed_out',
  extended: 'extended',
  collected: 'collected',
  expired: 'expired',
};

/** A change of one record, and who made it. */
export interface AuditedChange {
  readonly before: TaskRecord | null;
  readonly after: TaskRecord;
  readonly event: AuditedEvent;
  readonly principal: Principal;
}

/** The row that tells of a change; texts are redacted and shortened. */
export function auditDraftOf({ before, after, event, principal }: AuditedChange): AuditDraft {
  const isLate = after.hasLateResult && before?.hasLateResult === false;
  const reason = reasonOf(event);
  const ending = event.type === 'revocationEnded' || event.type === 'serverEnded' ? event : null;
  return {
    handle: after.handle,
    route: after.route,
    tool: after.tool,
    workspace: after.workspace,
    action: isLate ? 'late_result' : ACTIONS[event.type],
    principal,
    reason: reason === null ? null : shortened(redactSecrets(reason)),
    outcome: 'done',
    level: ending?.level ?? null,
    ...(ending?.freed !== undefined && { freed: ending.freed }),
    revision: event.type === 'expired' ? null : after.revision,
  };
}

/** Who is behind an event when nobody says so. */
export function principalOf(record: TaskRecord, event: AuditedEvent): Principal {
  switch (event.type) {
    case 'created':
      return agentOf(record);
    case 'cancelled':
    case 'revoked':
    case 'paused':
    case 'resumed':
      return event.by === 'agent' ? agentOf(record) : { ...BROKER_PRINCIPAL, door: event.by };
    case 'timedOut':
    case 'expired':
      return { ...BROKER_PRINCIPAL, door: 'policy' };
    case 'lost':
    case 'revocationEnded':
    case 'serverEnded':
      return BROKER_PRINCIPAL;
    case 'extended':
    case 'collected':
      return { ...BROKER_PRINCIPAL, door: 'user' };
    default:
      return { ...BROKER_PRINCIPAL, door: 'upstream' };
  }
}

function agentOf({ client }: TaskRecord): Principal {
  const { name, version, conversationId } = client;
  return { ...BROKER_PRINCIPAL, door: 'agent', client: { name, version }, conversationId };
}

function reasonOf(event: AuditedEvent): string | null {
  switch (event.type) {
    case 'failed':
      return `${event.error.code} ${event.error.message}`;
    case 'timedOut':
      return event.clock;
    case 'extended':
      return `${event.clock} +${event.byMs} ms`;
    case 'completed':
      return event.isError ? 'isError' : null;
    default:
      return 'note' in event ? event.note : null;
  }
}

/** Never half a character at its end. */
function shortened(text: string): string {
  return text.slice(0, MAX_REASON).replace(/[\uD800-\uDBFF]$/, '');
}
