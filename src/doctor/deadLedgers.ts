import type { Finding } from '../brokerApi/finding.ts';
import { forgetInstance, type RecordedInstance, readLedger } from '../brokerApi/processLedger.ts';
import { endOrphans } from '../processes/orphans.ts';
import { isOwnerAlive } from '../processes/ownerMark.ts';
import { isSameProcess } from '../processes/processIdentity.ts';
import { type Look, mendable } from './examination.ts';

/**
 * Lists of what brokers that are gone had started. With `mend` what still lives of it is ended, also
 * where no mark tells (macOS), and the list forgotten.
 */
export async function deadLedgers(look: Look): Promise<readonly Finding[]> {
  const { processes } = look.paths;
  const dead = readLedger(processes).filter(({ instance }) => !isOwnerAlive(`${instance}:`));
  const findings: Finding[] = [];
  for (const instance of dead) findings.push(await foundLedger(instance, look));
  return findings;
}

async function foundLedger({ instance, trees }: RecordedInstance, look: Look): Promise<Finding> {
  const living = trees.filter((tree) => isSameProcess(tree) === 'alive');
  const pids = living.map(({ pid, route }) => `${pid} (${route})`).join(', ');
  const what = `The list of processes of broker ${instance.split('-', 1)[0]}, which is gone, is left`;
  const why =
    living.length === 0
      ? 'Nothing in it lives; the next broker forgets it.'
      : `Of these some live: ${pids}; the next broker ends them.`;
  const kind = living.length === 0 ? 'stray_file' : 'orphan_process';
  return await mendable({ kind, what, why }, look, async () => {
    const { survivors } = await endOrphans(living);
    if (survivors.length > 0) throw new Error(leftText(survivors));
    forgetInstance(look.paths.processes, instance);
  });
}

function leftText(survivors: readonly number[]): string {
  const pids = survivors.join(', ');
  return `still there: ${pids}; where one is what this runs in, run it in a terminal of your own`;
}
