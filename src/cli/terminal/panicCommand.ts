import { writePanic } from '../../brokerApi/panicJournal.ts';
import { type RecordedTree, readLedger } from '../../brokerApi/processLedger.ts';
import { newRefusal, writeRefusal } from '../../brokerApi/refusalFiles.ts';
import type { WorkRefusal } from '../../brokerApi/workRefusal.ts';
import { messageOf } from '../../common/errors.ts';
import { endTrees } from '../../processes/endTrees.ts';
import type { EndOutcome } from '../../processes/ownedProcess.ts';
import { isOwnerAlive } from '../../processes/ownerMark.ts';
import { isSameProcess } from '../../processes/processIdentity.ts';
import { ExitCode } from '../exitCode.ts';
import { freedText } from './freedText.ts';
import { plainLine } from './plainText.ts';
import { refusalLine } from './refusals.ts';
import type { Terminal } from './terminal.ts';

/** What a broker that is well may still be starting is found by a second look. */
const MOST_LOOKS = 3;

/**
 * Ends every process that a broker of this home has started, without asking any broker: it may hang.
 * New work is refused first; the journal tells the broker what became of its processes.
 */
export async function panicCommand(terminal: Terminal): Promise<ExitCode> {
  const { reason, json } = terminal.options;
  const note = reason ?? null;
  const scope = { kind: 'everything' } as const;
  const refusal = newRefusal({ scope, by: 'user', client: 'panic', note });
  const isRefused = await tried(terminal, () =>
    writeRefusal(terminal.paths.refusals, { refusal, isMerged: false }),
  );
  if (isRefused) terminal.say(refusalLine(refusal));
  const trees = livingTrees(terminal.paths.processes);
  await journal(terminal, { refusal, trees, survivors: null });
  const { survivors, ...ending } = await endAll(terminal.paths.processes);
  await journal(terminal, { refusal, trees, survivors });
  if (json) terminal.printJson({ refusal, trees, ...ending, survivors });
  else tell(terminal, trees, { ...ending, survivors });
  if (survivors.length > 0) terminal.say(leftText(survivors));
  return isRefused && survivors.length === 0 ? ExitCode.done : ExitCode.failed;
}

type Ending = Pick<EndOutcome, 'ended' | 'memoryBytes' | 'survivors'>;

async function endAll(ledger: string): Promise<Ending> {
  let ended = 0;
  let memoryBytes: number | null = 0;
  let survivors: readonly number[] = [];
  for (let look = 0; look < MOST_LOOKS; look++) {
    const outcome = await endTrees({
      roots: () => livingTrees(ledger),
      isTheirs: (mark) => instancesOf(ledger).has(mark.split(':', 1)[0] ?? ''),
    });
    ended += outcome.ended;
    memoryBytes = sumOf(memoryBytes, outcome.memoryBytes);
    survivors = outcome.survivors;
    if (outcome.ended === 0) break;
  }
  return { ended, memoryBytes, survivors };
}

function sumOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}

/** And, of a broker that lives, its pid alone: all that a daemon shows that lost its environment. */
function instancesOf(ledger: string): ReadonlySet<string> {
  const instances = readLedger(ledger).map(({ instance }) => instance);
  const living = instances.filter((instance) => isOwnerAlive(`${instance}:`));
  return new Set([...instances, ...living.map((instance) => `${instance.split('-', 1)[0]}-`)]);
}

/** Where a start time is not told, the broker's own life must vouch for what it has written. */
function livingTrees(ledger: string): RecordedTree[] {
  return readLedger(ledger)
    .flatMap(({ trees }) => trees)
    .filter((tree) => {
      const liveness = isSameProcess(tree);
      return liveness === 'alive' || (liveness === 'unknown' && isOwnerAlive(tree.owner));
    });
}

interface Ended {
  readonly refusal: WorkRefusal;
  readonly trees: readonly RecordedTree[];
  readonly survivors: readonly number[] | null;
}

async function journal(terminal: Terminal, { refusal, trees, survivors }: Ended): Promise<void> {
  const { id: refusalId, since: at } = refusal;
  await tried(terminal, () =>
    writePanic(terminal.paths.panics, { refusalId, at, trees, survivors }),
  );
}

/** A disk that refuses must not keep us from ending what runs. */
async function tried(terminal: Terminal, write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    terminal.say(`It could not be written down: ${messageOf(error)}`);
    return false;
  }
}

function tell(terminal: Terminal, trees: readonly RecordedTree[], ending: Ending): void {
  const { ended, memoryBytes, survivors } = ending;
  for (const { route, pid } of trees) terminal.print(`server ${plainLine(route)} (pid ${pid})`);
  if (ended === 0 && survivors.length === 0) terminal.print('Nothing was running.');
  else {
    const what = survivors.length === 0 ? 'Everything is ended' : 'Not everything is ended';
    terminal.print(`${what}: ${freedText({ processes: ended, memoryBytes })}.`);
  }
}

function leftText(survivors: readonly number[]): string {
  const pids = survivors.join(', ');
  return `Not ended: ${pids}. Where one is what this command runs in, run it in a terminal of your own.`;
}
