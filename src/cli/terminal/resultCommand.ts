import type { ResultAnswer } from '../../brokerApi/brokerProtocol.ts';
import { ExitCode } from '../exitCode.ts';
import { isErrorResult, resultText } from './resultText.ts';
import { endingText, hasEnded } from './taskWords.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';

export async function resultCommand(terminal: Terminal): Promise<ExitCode> {
  const [id = ''] = terminal.options.operands;
  if (!terminal.mayHoldTasks) throw noSuchHandle(id);
  const answer = await terminal.withBroker((client) => client.request('tasks/result', { id }));
  if (answer === null) throw noSuchHandle(id);
  const { row, resultJson } = answer;
  if (row.status !== 'completed' || resultJson === null) {
    terminal.say(whyNone(answer));
    return ExitCode.failed;
  }
  if (terminal.options.json) terminal.print(resultJson);
  else {
    terminal.print(resultText(resultJson));
    if (isErrorResult(resultJson)) terminal.say('this is what the tool reported as its error.');
  }
  return ExitCode.done;
}

/** A late result of a revoked task is kept, and never handed out as a success. */
function whyNone({ row }: ResultAnswer): string {
  const name = row.handle ?? row.id;
  if (!hasEnded(row)) return `${name} has not ended; wait for it with: wait ${name}`;
  if (row.status === 'completed') return `${name} is completed, but its result is not kept.`;
  return endingText(row);
}
