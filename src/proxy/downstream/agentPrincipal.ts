import type { Principal } from '../../registry/auditTrail.ts';
import type { ClientFacts } from '../../registry/taskRecord.ts';

/** Who asked, where it was a connection's agent or its host (P8). */
export function agentPrincipal({ name, version, conversationId }: ClientFacts): Principal {
  return { door: 'agent', client: { name, version }, conversationId, user: null };
}
