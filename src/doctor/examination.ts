import type { Finding, FindingKind } from '../brokerApi/finding.ts';
import type { HomePaths } from '../brokerApi/home.ts';
import { messageOf } from '../common/errors.ts';

/** What an examination looks at, and whether it puts right what it finds. */
export interface Look {
  readonly paths: HomePaths;
  readonly mend: boolean;
}

/** Looks for one sort of thing. Never rejects for what it finds; what it cannot look at is a finding. */
export type Examination = (look: Look) => Promise<readonly Finding[]>;

/** A finding, but for what becomes of it. */
export interface Found {
  readonly kind: FindingKind;
  readonly what: string;
  readonly why: string;
}

/** The finding of something that can be mended; where that fails, `why` says so. */
export async function mendable(
  found: Found,
  look: Pick<Look, 'mend'>,
  mend: () => void | Promise<void>,
): Promise<Finding> {
  if (!look.mend) return { ...found, outcome: 'left' };
  try {
    await mend();
    return { ...found, outcome: 'mended' };
  } catch (error) {
    return {
      ...found,
      why: `${found.why} Mending failed: ${messageOf(error)}.`,
      outcome: 'cannot',
    };
  }
}

/** Every examination's findings, one after the other: looking must not slow down what runs. */
export async function examine(
  examinations: readonly Examination[],
  look: Look,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const examination of examinations) findings.push(...(await examination(look)));
  return findings;
}
