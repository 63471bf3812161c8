import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  allProcesses,
  endMarked,
  type Mark,
  markedProcesses,
  type ProcessFacts,
} from '../../test/support/editorHost/markedProcesses.ts';
import { until } from '../../test/support/editorHost/until.ts';
import type { TestResult } from './testResult.ts';

const OWNER_MARK = '\0MCP_TASK_HANDLES_OWNER=';
/** What ends by itself when its starter has ended is given this long. */
const LEAVE_DEADLINE_MS = 5000;

/** One `npm test`: a folder for its results, and a mark on every process that comes of it. */
export interface TestRun {
  readonly folder: string;
  readonly mark: Mark;
  readonly env: Readonly<Record<string, string>>;
  readonly startedAt: ReadonlySet<number>;
}

export async function startTestRun(): Promise<TestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'th-run-'));
  const mark = { name: 'TASK_HANDLES_TEST_RUN', value: randomUUID() };
  const startedAt = new Set(allProcesses().map(({ pid }) => pid));
  return { folder, mark, env: { [mark.name]: mark.value }, startedAt };
}

/**
 * Upstreams may get an environment without our mark; what nobody owns any more is known by the
 * owner mark, in a group whose leader has lost its broker. (A guard has no parent by design.)
 */
function orphanedUpstreams(run: TestRun): ProcessFacts[] {
  const all = allProcesses();
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  return all.filter(
    ({ pid, group, environment }) =>
      (parents.get(group) ?? 1) === 1 &&
      environment.includes(OWNER_MARK) &&
      !run.startedAt.has(pid),
  );
}

function findLeaks(run: TestRun): ProcessFacts[] {
  return [...markedProcesses(run.mark), ...orphanedUpstreams(run)];
}

/** A failed result for each process that a group left running; they are ended. */
export async function takeLeaks(run: TestRun, group: string): Promise<TestResult[]> {
  const isClean = () => findLeaks(run).length === 0;
  const options = { what: 'every process to end', deadlineMs: LEAVE_DEADLINE_MS };
  if (await until(isClean, options).catch(() => false)) return [];
  const leaks = findLeaks(run);
  await endMarked(run.mark);
  return leaks.map(({ pid, command }) => ({
    file: '',
    name: `no process is left by the ${group} tests`,
    outcome: 'failed',
    message: `process ${pid} is left: ${command.slice(0, 300)}`,
  }));
}

export async function endTestRun(run: TestRun): Promise<void> {
  await endMarked(run.mark);
  await rm(run.folder, { recursive: true, force: true });
}
