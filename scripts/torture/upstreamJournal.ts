import { existsSync, readFileSync } from 'node:fs';

/** What the server itself wrote down of its calls. */
export interface UpstreamEntry {
  readonly pid: number;
  readonly event: 'server' | 'started' | 'ended' | 'exits' | 'cancelled' | 'child';
  readonly id?: string;
  readonly child?: number;
}

/** The server's own account: the only witness of what happened that is not ours. */
export class UpstreamJournal {
  constructor(readonly path: string) {}

  entries(): UpstreamEntry[] {
    if (!existsSync(this.path)) return [];
    const lines = readFileSync(this.path, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as UpstreamEntry);
  }

  /** Call ids that were executed more than once. */
  executedTwice(): string[] {
    const started = this.entries().flatMap(({ event, id }) =>
      event === 'started' && id !== undefined ? [id] : [],
    );
    return [...new Set(started.filter((id, index) => started.indexOf(id) !== index))];
  }

  hasEnded(id: string): boolean {
    return this.entries().some((entry) => entry.event === 'ended' && entry.id === id);
  }

  /** Every process that the server side ever was. */
  pids(): number[] {
    const all = this.entries().flatMap(({ pid, child }) => (child ? [pid, child] : [pid]));
    return [...new Set(all)];
  }
}
