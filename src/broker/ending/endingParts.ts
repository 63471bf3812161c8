import type { AuthorityParts } from '../authority/authorityParts.ts';
import type { PartsBase } from '../brokerContext.ts';
import type { RecordParts } from '../recordParts.ts';
import type { WorkParts } from '../workParts.ts';
import { DeadlineDesk } from './deadlineDesk.ts';
import { KillSwitch } from './killSwitch.ts';
import { Revoker } from './revoker.ts';

/** Who ends work: one task (P6), all of it (P7), and what has had its time (P9). */
export interface EndingParts {
  readonly revoker: Revoker;
  readonly killSwitch: KillSwitch;
  readonly deadlines: DeadlineDesk;
}

/** The clocks act from now on, and so does what was ordered past this broker. */
export function openEnding(
  { paths, log, clock, owned }: PartsBase,
  parts: RecordParts & AuthorityParts & WorkParts,
): EndingParts {
  const { registry, audit, time, calls, rows, unended, refusals, locks } = parts;
  const revoker = new Revoker({ registry, audit, calls, rows, unended, clock, log });
  const switching = { registry, calls, revoker, unended, refusals, clock, log };
  const killSwitch = owned.add(new KillSwitch({ ...switching, panics: paths.panics }));
  const timed = { registry, deadlines: time.deadlines, revoker, rows, log, locks };
  const deadlines = owned.add(new DeadlineDesk(timed));
  return { revoker, killSwitch, deadlines };
}
