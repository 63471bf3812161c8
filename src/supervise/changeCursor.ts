import { randomBytes } from 'node:crypto';

/** Filters whose last cursor is remembered. */
const MOST_FILTERS = 200;
const EVERYTHING = '';

/**
 * Where in the run of changes somebody has got to. A cursor counts for one session: another one
 * numbers its changes anew. Models forget cursors, so the last one of each filter is remembered.
 */
export class ChangeCursors {
  readonly #session = randomBytes(4).toString('hex');
  readonly #last = new Map<string, number>();

  print(sequence: number): string {
    return `${this.#session}.${sequence}`;
  }

  /** `undefined`: of another session, or none at all. */
  parse(cursor: string): number | undefined {
    const [session, number = ''] = cursor.split('.', 2);
    if (session !== this.#session || !/^\d{1,15}$/.test(number)) return undefined;
    return Number(number);
  }

  /** Where the last answer with this filter, or else with none, has got to. */
  last(ids: ReadonlySet<string> | undefined): number | undefined {
    return this.#last.get(keyOf(ids)) ?? this.#last.get(EVERYTHING);
  }

  /** A list is where to begin; who waits already goes on from there, or would miss what changed. */
  begin(sequence: number): string {
    return this.#last.has(EVERYTHING) ? this.print(sequence) : this.told(sequence);
  }

  /** Notes an answer, and prints its cursor. */
  told(sequence: number, ids?: ReadonlySet<string>): string {
    const key = keyOf(ids);
    this.#last.delete(key);
    this.#last.set(key, sequence);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST_FILTERS && oldest !== undefined) this.#last.delete(oldest);
    return this.print(sequence);
  }
}

function keyOf(ids: ReadonlySet<string> | undefined): string {
  return ids === undefined ? EVERYTHING : [...ids].sort().join(' ');
}
