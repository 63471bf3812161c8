import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { ExitCode } from '../exitCode.ts';
import { durationText } from './durationText.ts';
import { plainLine, shortened } from './plainText.ts';
import { taskFacts } from './taskTable.ts';
import { hasHandle, taskViewOf } from './taskViewOf.ts';
import { hasEnded, progressText } from './taskWords.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';

/** One wait at the broker; a person who looks on gets news oftener. */
const SLICE_MS = 30_000;
const WATCHED_SLICE_MS = 500;

export async function waitCommand(terminal: Terminal): Promise<ExitCode> {
  const { operands, timeoutMs, json } = terminal.options;
  const [id = ''] = operands;
  if (!terminal.mayHoldTasks) throw noSuchHandle(id);
  const deadline = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  const row = await new Wait(terminal, { id, deadline }).end();
  if (json && hasHandle(row)) terminal.printJson(taskViewOf(row));
  if (!hasEnded(row)) {
    terminal.say(`${id} has not ended within ${timeoutMs} ms; it goes on.`);
    return ExitCode.failed;
  }
  if (!json) terminal.print(taskFacts(row));
  return row.status === 'completed' ? ExitCode.done : ExitCode.failed;
}

/** Waits for one task, across brokers: a task outlives the link that asks for it. */
class Wait {
  readonly #isWatched = process.stderr.isTTY === true;

  constructor(
    private readonly terminal: Terminal,
    private readonly goal: { readonly id: string; readonly deadline: number },
  ) {}

  async end(): Promise<TaskRow> {
    for (;;) {
      try {
        return await this.terminal.withBroker((client) =>
          this.#poll((timeoutMs) => client.request('tasks/wait', { id: this.goal.id, timeoutMs })),
        );
      } catch (error) {
        if (!TaskHandlesError.is(error, 'link_lost')) throw error;
      } finally {
        this.#show('');
      }
    }
  }

  async #poll(ask: (timeoutMs: number) => Promise<{ row: TaskRow | null }>): Promise<TaskRow> {
    const slice = this.#isWatched ? WATCHED_SLICE_MS : SLICE_MS;
    for (;;) {
      const left = Math.max(0, this.goal.deadline - performance.now());
      const { row } = await ask(Math.ceil(Math.min(slice, left)));
      if (row === null) throw noSuchHandle(this.goal.id);
      if (hasEnded(row) || performance.now() >= this.goal.deadline) return row;
      this.#show(progressLine(row));
    }
  }

  #show(line: string): void {
    if (!this.#isWatched) return;
    process.stderr.write(`\r${shortened(line, (process.stderr.columns ?? 80) - 1)}\u001b[K`);
  }
}

function progressLine(row: TaskRow): string {
  const parts = [progressText(row), durationText(row.elapsedMs), plainLine(row.message ?? '')];
  return [row.tool, ...parts].filter((part) => part !== '').join('  ');
}
