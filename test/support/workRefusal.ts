import type { WorkRefusal } from '../../src/brokerApi/workRefusal.ts';

/** Everything is refused by the person, but for what is told. */
export function workRefusal(differences: Partial<WorkRefusal> = {}): WorkRefusal {
  return {
    id: 'r1',
    scope: { kind: 'everything' },
    by: 'user',
    client: 'editor',
    note: null,
    since: '2026-11-23T10:20:00.000Z',
    ...differences,
  };
}
