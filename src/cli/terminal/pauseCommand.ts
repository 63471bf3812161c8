import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { ExitCode } from '../exitCode.ts';
import { hasHandle, taskViewOf } from './taskViewOf.ts';
import { endingText, hasEnded } from './taskWords.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';

/** Lets the processes of a task stand still, and its clocks (P9). */
export function pauseCommand(terminal: Terminal): Promise<ExitCode> {
  return ask(terminal, { method: 'tasks/pause', missed: 'so it was not paused' });
}

/** Lets a paused task go on. */
export function resumeCommand(terminal: Terminal): Promise<ExitCode> {
  return ask(terminal, { method: 'tasks/resume', missed: 'so there is nothing to resume' });
}

interface Wish {
  readonly method: 'tasks/pause' | 'tasks/resume';
  /** What did not come about, where the task has ended. */
  readonly missed: string;
}

async function ask(terminal: Terminal, { method, missed }: Wish): Promise<ExitCode> {
  const { operands, json } = terminal.options;
  const [id = ''] = operands;
  if (!terminal.mayHoldTasks) throw noSuchHandle(id);
  const params = { id, door: 'user' } as const;
  const { row } = await terminal.withBroker((client) => client.request(method, params));
  if (row === null || !hasHandle(row)) throw noSuchHandle(id);
  if (hasEnded(row)) {
    terminal.say(`${id} has ended, ${missed}: ${endingText(row)}`);
    return ExitCode.failed;
  }
  if (json) terminal.printJson(taskViewOf(row));
  else terminal.print(`${row.handle}  ${stateOf(row)}`);
  return ExitCode.done;
}

function stateOf({ paused }: TaskRow): string {
  return paused ? 'paused' : 'goes on';
}
