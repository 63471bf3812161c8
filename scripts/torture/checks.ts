import type { TaskRow } from '../../src/brokerApi/brokerProtocol.ts';
import type { ControlClient } from '../../src/brokerApi/controlClient.ts';
import { readOwnerMark } from '../../src/processes/linuxProc.ts';
import { findOrphans } from '../../src/processes/orphans.ts';
import { isOwnerAlive } from '../../src/processes/ownerMark.ts';
import { identityOf } from '../../src/processes/processIdentity.ts';
import type { AuditRow } from '../../src/registry/auditTrail.ts';
import type { MadeCall, TortureWorld } from './tortureWorld.ts';

/** What a round found; every list is to stay empty. */
export interface Findings {
  readonly lost: string[];
  readonly lies: string[];
  readonly doubles: string[];
  readonly ghosts: string[];
  readonly audit: string[];
}

export const noFindings = (): Findings => ({
  lost: [],
  lies: [],
  doubles: [],
  ghosts: [],
  audit: [],
});

const TERMINAL = new Set(['completed', 'failed', 'cancelled']);

/** Judges every handle that a host was ever given, by what the server itself wrote down. */
export async function checkWorld(
  world: TortureWorld,
  control: ControlClient,
  found: Findings,
): Promise<void> {
  for (const call of world.calls) {
    if (call.handle === null) continue;
    const { row } = await control.request('tasks/get', { id: call.handle });
    if (row === null) found.lost.push(`${call.id} ${call.handle} does not resolve`);
    else found.lies.push(...(await liesOf(world, control, { call, row })));
  }
  found.doubles.push(...world.journal.executedTwice());
  found.audit.push(...(await auditFaults(world, control)));
  found.ghosts.push(...(await ghosts()));
}

async function liesOf(
  world: TortureWorld,
  control: ControlClient,
  { call, row }: { call: MadeCall; row: TaskRow },
): Promise<string[]> {
  const lies: string[] = [];
  const say = (what: string) => lies.push(`${call.id} ${call.handle} (${row.status}): ${what}`);
  if (call.lastStatus !== null && call.lastStatus !== row.status) {
    say(`it was ${call.lastStatus} before`);
  }
  if (TERMINAL.has(row.status)) call.lastStatus = row.status;
  if (row.status === 'completed') {
    if (!world.journal.hasEnded(call.id)) say('its server never ended it');
    const answer = await control.request('tasks/result', { id: call.handle ?? '' });
    if (!answer?.resultJson?.includes(`result of ${call.id}`)) say('its result is another');
  }
  const isOwned = row.upstreamPid !== null && identityOf(row.upstreamPid) !== null;
  if (row.status === 'working' && !isOwned) {
    // The end of a process and its record are two events: only what stays is a lie.
    const again = await control.request('tasks/wait', { id: call.handle ?? '', timeoutMs: 2_000 });
    if (again.row?.status === 'working') say('its process is gone');
  }
  return lies;
}

async function auditFaults(world: TortureWorld, control: ControlClient): Promise<string[]> {
  const { faults } = await control.request('audit/verify', {});
  const problems = faults.map(({ file, line, problem }) => `${file}:${line} ${problem}`);
  const rows: AuditRow[] = [];
  for (let after = 0; ; ) {
    const page = (await control.request('audit/read', { afterSequence: after })).rows;
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.sequence;
  }
  const created = new Set(rows.filter(isDone('created')).map(({ handle }) => handle));
  for (const { id, handle, lastStatus } of world.calls) {
    if (handle === null) continue;
    if (!created.has(handle as AuditRow['handle'])) problems.push(`${id}: no row of its making`);
    const ends = rows.filter((row) => row.handle === handle && ENDS.has(row.action));
    const last = ends.filter(({ outcome }) => outcome === 'done').at(-1);
    if (lastStatus !== null && last === undefined) problems.push(`${id}: no row of its end`);
  }
  return problems;
}

const ENDS = new Set([
  'completed',
  'failed',
  'lost',
  'upstream_exited',
  'cancelled',
  'revoked',
  'timed_out',
]);

function isDone(action: AuditRow['action']): (row: AuditRow) => boolean {
  return (row) => row.action === action && row.outcome === 'done';
}

/** Processes whose broker is gone; those that are on their way out get a moment. */
async function ghosts(): Promise<string[]> {
  for (let round = 0; round < 30; round += 1) {
    if (findOrphans(isOwnerAlive).length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return findOrphans(isOwnerAlive).map(({ pid }) => `${pid} ${readOwnerMark(pid) ?? ''}`);
}
