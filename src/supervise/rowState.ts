import { createHash } from 'node:crypto';
import type { TaskRow } from '../brokerApi/brokerProtocol.ts';

/** Changes whenever something about a row does that is more than time and progress; short, for thousands. */
export function stateOf(row: TaskRow): string {
  const { percent, message, elapsedMs, lastUpdatedAt, ttlMs, deadlines, estimate, ...rest } = row;
  const limits = [deadlines?.total?.limitMs, deadlines?.idle?.limitMs];
  return createHash('sha1')
    .update(JSON.stringify([rest, limits]))
    .digest('base64');
}

/** Changes with what the server told of its progress. */
export function progressOf({ percent, message }: TaskRow): string {
  return JSON.stringify([percent, message]);
}

/** The one question that agents in all languages ask first. */
export function isLive({ status }: TaskRow): boolean {
  return status === 'working' || status === 'input_required';
}
