import { TaskHandlesError } from '../common/errors.ts';
import { isJsonObject, type JsonObject } from '../common/json.ts';
import { faultOfResponse } from '../proxy/downstream/elicitationFault.ts';
import type { Question, TaskQuestions } from '../proxy/downstream/taskQuestions.ts';
import { isHandleId } from '../registry/handleId.ts';
import { noSuchHandle } from '../registry/noSuchHandle.ts';
import type { Registry } from '../registry/registry.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import type { ControlConnection } from './controlConnection.ts';
import type { PrincipalOf } from './controlPrincipal.ts';
import type { TaskRows } from './taskRows.ts';

export interface QuestionDesk {
  readonly registry: Registry;
  readonly questions: TaskQuestions;
  readonly rows: TaskRows;
  readonly principal: PrincipalOf;
}

/** What a server asks in the middle of a task, and the person's answer to it. */
export function handleQuestionRequests(connection: ControlConnection, desk: QuestionDesk): void {
  const { questions, rows, registry } = desk;
  connection.handle('tasks/questions', ({ id }) => ({ questions: questions.of(taskOf(desk, id)) }));
  connection.handle('tasks/answer', async ({ id, key, response }) => {
    const handle = taskOf(desk, id);
    if (!isJsonObject(response)) throw invalid('`response` must be an object.');
    const question = questionOf(questions.of(handle), key);
    const fault = faultOfResponse(question, response);
    if (fault !== null) throw invalid(fault);
    questions.answer(handle, question.key, response as JsonObject, desk.principal());
    await registry.flush();
    return { row: rows.get(handle) };
  });
}

function taskOf({ registry }: QuestionDesk, id: unknown): HandleId {
  if (!isHandleId(id) || registry.get(id) === undefined) throw noSuchHandle();
  return id;
}

/** Without a key: the only question there is. */
function questionOf(open: readonly Question[], key: unknown): Question {
  const [first, ...more] = open;
  if (first === undefined) throw invalid('The task asks nothing now.');
  if (key === undefined && more.length === 0) return first;
  const keys = open.map((question) => question.key).join(', ');
  const found = open.find((question) => question.key === key);
  if (found === undefined) throw invalid(`\`key\` must be one of: ${keys}.`);
  return found;
}

function invalid(message: string): TaskHandlesError {
  return new TaskHandlesError('invalid_message', message);
}
