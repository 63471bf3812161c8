import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type {
  EndLevel,
  EndOutcome,
  OwnedProcess,
  ProcessDefinition,
  ProcessExit,
  ProcessIdentity,
} from '../../src/processes/ownedProcess.ts';
import type { ProcessEntry, ProcessTable } from '../../src/processes/processEntry.ts';
import { identityOf, isSameProcess } from '../../src/processes/processIdentity.ts';
import { ownerMarks, readProcessTable } from '../../src/processes/processTable.ts';
import { startOwnedProcess } from '../../src/processes/startOwnedProcess.ts';

const POLL_MS = 5;
let lastOwner = 0;

/** Polls where no event exists; fails, naming what was waited for, at the deadline. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  deadlineMs: number,
  what = condition.toString(),
): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) return value;
    if (performance.now() >= end) assert.fail(`not within ${deadlineMs} ms: ${what}`);
    await pause(POLL_MS);
  }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return isSameProcess(identity) === 'alive';
}

/** Zombies count as gone. */
export async function waitUntilGone(pids: readonly number[], deadlineMs: number): Promise<void> {
  const isGone = () => pids.every((pid) => identityOf(pid) === null);
  await waitFor(isGone, deadlineMs, `processes ${pids.join(', ')} gone`);
}

/** What of a table carries the owner mark. */
export function markedBy(table: ProcessTable, owner: string): ProcessEntry[] {
  return [...ownerMarks(table)].flatMap(([entry, mark]) => (mark === owner ? [entry] : []));
}

/** Pids of what carries the owner mark. */
export async function markedPids(owner: string): Promise<number[]> {
  return markedBy(await readProcessTable(), owner).map((entry) => entry.pid);
}

/** Bytes; 0 as long as there is no such file. */
export function sizeOf(file: string): number {
  try {
    return readFileSync(file).length;
  } catch {
    return 0;
  }
}

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

/** A definition that runs a fixture of `test/fixtures/processes`: `.sh` in sh, `.mjs` in this Node. */
export function fixtureDefinition(name: string, ...args: readonly string[]): ProcessDefinition {
  const command = name.endsWith('.sh') ? '/bin/sh' : process.execPath;
  return definitionOf(command, fixturePath(`processes/${name}`), ...args);
}

export function definitionOf(command: string, ...args: readonly string[]): ProcessDefinition {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin' };
  lastOwner += 1;
  return { command, args, cwd: null, env, owner: `test-${process.pid}:${lastOwner}` };
}

/** Starts it, and ends it with the test, whatever becomes of the test. */
export async function startFor(
  t: TestContext,
  definition: ProcessDefinition,
): Promise<OwnedProcess> {
  const started = await startOwnedProcess(definition);
  t.after(async () => {
    await started.end({ graceMs: 0 });
    assert.deepEqual(await markedPids(definition.owner), [], 'nothing of ours remains');
  });
  return started;
}

/** So many processes ended, none is left, and what they held is told as this platform can. */
export function assertEnded(outcome: EndOutcome, level: EndLevel, ended: number): void {
  const { memoryBytes, ...others } = outcome;
  assert.deepEqual(others, { level, ended, survivors: [], stuck: [] });
  if (ended === 0) assert.equal(memoryBytes, 0);
  else if (level === 'exited') assert.equal(memoryBytes, null, 'it went by itself, unmeasured');
  else if (process.platform !== 'win32') assert.ok(memoryBytes !== null);
}

export function nextLine(from: OwnedProcess): Promise<string> {
  return new Promise((resolve) => {
    const subscription = from.onLine((line) => {
      subscription.dispose();
      resolve(line);
    });
  });
}

export function exitOf(of: OwnedProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    of.onExit(resolve);
  });
}
