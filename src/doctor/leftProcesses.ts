import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '../brokerApi/finding.ts';
import { findMarked, type MarkedProcess } from '../processes/markedProcesses.ts';
import { endOrphans } from '../processes/orphans.ts';
import { isOwnerAlive } from '../processes/ownerMark.ts';
import type { Examination, Found, Look } from './examination.ts';

/** Why a process with this owner mark should not be there; `null`: it may be. */
export type Reason = (owner: string) => string | null;

/** What is being ended just now is gone by then. */
const LOOK_AGAIN_MS = 2_000;

/** The owner is gone: the process had left its group, and so outlived its guard. */
export const ownerGone: Reason = (owner) =>
  isOwnerAlive(owner)
    ? null
    : `Its broker (${pidOf(owner)}) is gone; it had left its group before.`;

/**
 * Processes of ours that nobody owns (P13), seen twice: once is too early while something ends. With
 * `mend` they are ended, and what descends from them.
 */
export function leftProcesses(reasonOf: Reason, lookAgainMs = LOOK_AGAIN_MS): Examination {
  return async (look) => {
    const first = (await findMarked()).filter(({ owner }) => reasonOf(owner) !== null);
    if (first.length === 0) return [];
    await pause(lookAgainMs);
    const seen = new Set(first.map(keyOf));
    const left = (await findMarked()).filter(
      (one) => seen.has(keyOf(one)) && reasonOf(one.owner) !== null,
    );
    return await findingsOf(left, { look, reasonOf });
  };
}

async function findingsOf(
  left: readonly MarkedProcess[],
  { look, reasonOf }: { readonly look: Look; readonly reasonOf: Reason },
): Promise<Finding[]> {
  if (left.length === 0) return [];
  const survivors = look.mend ? await endAll(left) : null;
  return left.map((one): Finding => {
    const { identity, name, owner } = one;
    const what = `Process ${identity.pid} (${name}) is of a server that is not needed any more`;
    const found: Found = { kind: 'orphan_process', what, why: reasonOf(owner) ?? '' };
    if (survivors === null) return { ...found, outcome: 'left' };
    if (!survivors.has(identity.pid)) return { ...found, outcome: 'mended' };
    const why = `${found.why} It cannot be ended: it waits for the system, or is not ours to end.`;
    return { ...found, why, outcome: 'cannot' };
  });
}

async function endAll(left: readonly MarkedProcess[]): Promise<ReadonlySet<number>> {
  const { survivors } = await endOrphans(left.map(({ identity }) => identity));
  return new Set(survivors);
}

function keyOf({ identity }: MarkedProcess): string {
  return `${identity.pid} ${identity.startTime}`;
}

function pidOf(owner: string): string {
  return `pid ${owner.split('-', 1)[0]}`;
}
