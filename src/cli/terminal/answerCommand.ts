import type { TaskQuestion } from '../../brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../common/json.ts';
import { ExitCode } from '../exitCode.ts';
import { plainLine } from './plainText.ts';
import { noSuchHandle, type Terminal } from './terminal.ts';
import type { TerminalOptions } from './terminalOptions.ts';

/** Shows what a task asks the person, or answers it. What is typed here is never stored. */
export async function answerCommand(terminal: Terminal): Promise<ExitCode> {
  const { operands, key, json } = terminal.options;
  const [id = ''] = operands;
  if (!terminal.mayHoldTasks) throw noSuchHandle(id);
  const response = responseOf(terminal.options);
  if (response === null) return await showQuestions(terminal, id);
  const params = { id, ...(key === undefined ? {} : { key }), response };
  const { row } = await terminal.withBroker((client) => client.request('tasks/answer', params));
  if (json) terminal.printJson(row);
  else terminal.print(`${id}  answered; the task is ${row?.status ?? 'gone'}.`);
  return ExitCode.done;
}

async function showQuestions(terminal: Terminal, id: string): Promise<ExitCode> {
  const { questions } = await terminal.withBroker((client) =>
    client.request('tasks/questions', { id }),
  );
  if (terminal.options.json) terminal.printJson(questions);
  else if (questions.length === 0) terminal.print(`${id} asks nothing now.`);
  else for (const question of questions) terminal.print(questionText(question));
  return ExitCode.done;
}

function questionText({ key, method, params }: TaskQuestion): string {
  const { message, url, requestedSchema } = isJsonObject(params) ? params : {};
  const schema = isJsonObject(requestedSchema) ? JSON.stringify(requestedSchema.properties) : '';
  const parts = [message, url, schema].filter((part) => typeof part === 'string' && part !== '');
  return `${plainLine(key)}  ${method}  ${parts.map((part) => plainLine(String(part))).join('  ')}`;
}

/** `null`: no answer is given, so the questions are shown. */
function responseOf({ accept, response, decline, cancel }: TerminalOptions): JsonObject | null {
  const given = [accept !== undefined, response !== undefined, decline, cancel];
  if (given.filter(Boolean).length > 1) {
    throw usage('answer takes one of --accept, --decline, --cancel and --response.');
  }
  if (accept !== undefined) return { action: 'accept', content: objectOf('accept', accept) };
  if (response !== undefined) return objectOf('response', response);
  if (decline) return { action: 'decline' };
  return cancel ? { action: 'cancel' } : null;
}

function objectOf(option: string, text: string): JsonObject {
  const value = parseJson(text);
  if (isJsonObject(value)) return value;
  throw usage(`--${option} takes a JSON object, such as '{"name":"value"}'.`);
}

function usage(message: string): TaskHandlesError {
  return new TaskHandlesError('usage', message);
}
