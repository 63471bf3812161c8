import { parseArgs } from 'node:util';
import { isMutation, MUTATIONS, type Mutation } from './buildBroker.ts';

export interface TortureOptions {
  readonly scenario: 'kills' | 'revoke';
  /** Kills, or rounds of revocation. */
  readonly count: number;
  readonly seed: number;
  readonly mutation: Mutation | null;
  /** How long it takes decides as well. */
  readonly isTimed: boolean;
}

/** Throws with one line that names the option. */
export function readTortureOptions(): TortureOptions {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'kills' },
      kills: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      mutate: { type: 'string' },
      untimed: { type: 'boolean', default: false },
    },
  });
  const { scenario, mutate } = values;
  if (scenario !== 'kills' && scenario !== 'revoke') {
    throw new Error('--scenario takes kills or revoke.');
  }
  if (mutate !== undefined && !isMutation(mutate)) {
    throw new Error(`--mutate takes ${Object.keys(MUTATIONS).join(', ')}.`);
  }
  const count = scenario === 'kills' ? countOf('kills', values) : countOf('rounds', values);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error('--seed takes a whole number.');
  return { scenario, count, seed, mutation: mutate ?? null, isTimed: !values.untimed };
}

function countOf<Name extends string>(name: Name, values: Readonly<Record<Name, string>>): number {
  const count = Number(values[name]);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${name} takes a count.`);
  return count;
}
