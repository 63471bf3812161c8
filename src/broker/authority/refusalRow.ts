import { scopeText } from '../../brokerApi/refusalText.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { redactSecrets } from '../../common/redact.ts';
import type { AuditDraft, Principal } from '../../registry/auditTrail.ts';

const MAX_REASON = 300;

/** The row that tells that new work is refused, or accepted again; its reason names the scope. */
export function refusalRow(
  action: 'work_refused' | 'work_accepted',
  { scope, note }: WorkRefusal,
  principal: Principal,
): AuditDraft {
  const what = scopeText(scope);
  const reason = action === 'work_accepted' || note === null ? what : `${what}: ${note}`;
  return {
    handle: null,
    route: scope.kind === 'route' ? scope.route : '',
    tool: '',
    workspace: 'workspace' in scope ? (scope.workspace ?? null) : null,
    action,
    principal,
    reason: redactSecrets(reason).slice(0, MAX_REASON),
    outcome: 'done',
    level: null,
    revision: null,
  };
}
