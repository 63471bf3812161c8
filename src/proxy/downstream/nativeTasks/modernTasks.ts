import { isJsonObject, type JsonObject } from '../../../common/json.ts';
import type { ProxyContext } from '../../proxyContext.ts';
import { takesTasks } from '../../wire/envelopes.ts';
import { WireError, WireErrorCode } from '../../wire/jsonRpc.ts';
import { TaskMethod } from '../../wire/taskNames.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';
import { agentPrincipal } from '../agentPrincipal.ts';
import { detailedTask } from './detailedTask.ts';
import { knownTask } from './knownTask.ts';
import { stopTask } from './stopTask.ts';
import { missingExtension } from './taskForm.ts';
import type { TaskRequest } from './taskMethods.ts';

type Answer = (context: ProxyContext, request: TaskRequest) => Promise<string>;

const ACKNOWLEDGED = '{"resultType":"complete"}';

/** The methods of the extension (SEP-2663). Those of 2025-11-25 that it has removed are unknown. */
const ANSWERS: ReadonlyMap<string, Answer> = new Map([
  [TaskMethod.get, get],
  [TaskMethod.update, update],
  [TaskMethod.cancel, cancel],
]);

/** A task request of a modern client (D3): resolves with the result as JSON text. */
export async function answerModern(
  context: ProxyContext,
  message: WireMessage,
  request: TaskRequest,
): Promise<string> {
  const answer = ANSWERS.get(message.method);
  if (answer === undefined) {
    const why = `${message.method} is not part of the tasks extension.`;
    throw new WireError(WireErrorCode.methodNotFound, why);
  }
  if (!takesTasks(message)) throw missingExtension();
  return await answer(context, request);
}

async function get(context: ProxyContext, { params, signal }: TaskRequest): Promise<string> {
  const task = await knownTask(context, params.taskId);
  const detailed = await detailedTask(context, task, signal);
  return `{"resultType":"complete",${detailed.slice(1)}`;
}

/** Some answers may come now and others later; what is asked no more is not looked at. */
async function update(context: ProxyContext, { params, client }: TaskRequest): Promise<string> {
  const { handle } = await knownTask(context, params.taskId);
  const by = agentPrincipal(client);
  for (const [key, response] of Object.entries(responsesIn(params))) {
    if (isJsonObject(response)) context.questions.answer(handle, key, response, by);
  }
  return ACKNOWLEDGED;
}

/** An acknowledgement of a wish, and one of a task that had ended already. */
async function cancel(context: ProxyContext, { params }: TaskRequest): Promise<string> {
  await stopTask(context, await knownTask(context, params.taskId));
  return ACKNOWLEDGED;
}

function responsesIn({ inputResponses }: JsonObject): JsonObject {
  if (isJsonObject(inputResponses)) return inputResponses;
  throw new WireError(WireErrorCode.invalidParams, '`inputResponses` must be an object.');
}
