import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { megabytesOf } from '../../common/megabytes.ts';

/** `freed 3 processes, 120 MB`; empty where nothing was ended. */
export function freedText(freed: NonNullable<TaskRow['reason']>['freed']): string {
  if (freed === undefined) return '';
  const { processes, memoryBytes } = freed;
  const count = `freed ${processes} ${processes === 1 ? 'process' : 'processes'}`;
  return memoryBytes === null ? count : `${count}, ${megabytesOf(memoryBytes)} MB`;
}
