import type { JsonObject } from '../../common/json.ts';
import type { Registry } from '../../registry/registry.ts';
import { type HandleId, isTerminal } from '../../registry/taskRecord.ts';
import type { InputRound } from '../wire/inputRounds.ts';
import { errorLine, resultLine, WireErrorCode } from '../wire/jsonRpc.ts';
import { parsedSpan, type WireMessage } from '../wire/wireMessage.ts';
import type { TaskQuestions } from './taskQuestions.ts';

/** The task that is asked, and its way back to the server. */
export interface AskedTask {
  readonly handle: HandleId;
  readonly questions: TaskQuestions;
}

/** Whether a task may still ask: one that has ended is not called again, and waits for nobody (P2). */
export function isLive(registry: Pick<Registry, 'get'>, handle: HandleId): boolean {
  const record = registry.get(handle);
  return record !== undefined && !isTerminal(record.status);
}

/**
 * A modern server has answered a task's call with questions: when all are answered, the call is sent
 * once more with the answers. No question at all means "try again".
 */
export function askRound(
  { handle, questions }: AskedTask,
  round: InputRound,
  retry: (responses: JsonObject) => void,
): void {
  const responses: JsonObject = {};
  let waiting = round.requests.length;
  if (waiting === 0) retry(responses);
  for (const request of round.requests) {
    questions.ask(handle, request, (response) => {
      responses[request.key] = response;
      waiting -= 1;
      if (waiting === 0) retry(responses);
    });
  }
}

/** Nobody can be asked: there is no task after all. */
function refusedLine(request: WireMessage): string {
  const why = 'No client is attached that could answer.';
  return errorLine(String(request.id), WireErrorCode.internalError, why);
}

/** A legacy server asks by a request of its own; its answer goes back under that id. */
export function askRequest(
  { handle, questions }: AskedTask,
  request: WireMessage,
  send: (line: string) => void,
): () => void {
  const { id, method } = request;
  const params = parsedSpan(request, request.params);
  const question = { key: `ask-${id ?? ''}`.replaceAll('"', ''), method, params };
  const key = questions.ask(handle, question, (response) => send(resultLine(String(id), response)));
  return () => questions.withdraw(handle, key);
}

/** As `askRequest`, of what may still be on its way to be a task; `null`: it may not ask. */
export function askWhenTask(
  becoming: Promise<AskedTask | null>,
  request: WireMessage,
  send: (line: string) => void,
): () => void {
  let isWithdrawn = false;
  let withdraw = () => {
    isWithdrawn = true;
  };
  void becoming.then((task) => {
    if (isWithdrawn) return;
    if (task === null) send(refusedLine(request));
    else withdraw = askRequest(task, request, send);
  });
  return () => withdraw();
}
