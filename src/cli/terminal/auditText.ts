import type { AuditRow, Principal } from '../../registry/auditTrail.ts';
import { freedText } from './freedText.ts';
import { plainLine } from './plainText.ts';

/** One row for a person: when, which task, what, who, why, and how it came out. */
export function auditLine(row: AuditRow): string {
  const { time, handle, tool, action, principal, reason, level, freed, outcome } = row;
  const parts = [
    time,
    handle ?? '-',
    action.replaceAll('_', ' '),
    tool === '' ? '' : `\`${tool}\``,
    `by ${principalText(principal)}`,
    reason === null ? '' : `(${reason})`,
    level === null ? '' : `level ${level}`,
    freedText(freed),
    outcome === 'done' ? '' : outcome.replaceAll('_', ' '),
  ];
  return plainLine(parts.filter((part) => part !== '').join('  '));
}

function principalText({ door, client, conversationId, user }: Principal): string {
  const parts = [
    door,
    user === null ? '' : `${user}`,
    client === null ? '' : `${client.name} ${client.version}`.trim(),
    conversationId === null ? '' : `chat ${conversationId}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
