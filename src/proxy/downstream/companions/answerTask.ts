import { isJsonObject, type JsonObject } from '../../../common/json.ts';
import { mayAgentAnswer } from '../../../registry/policy.ts';
import type { ClientFacts } from '../../../registry/taskRecord.ts';
import type { ProxyContext } from '../../proxyContext.ts';
import { agentPrincipal } from '../agentPrincipal.ts';
import { errorAnswer, type ToolAnswer, viewAnswer } from '../answers.ts';
import { faultOfResponse } from '../elicitationFault.ts';
import { findTask, viewOf } from '../taskAnswers.ts';

/** The agent answers a question of a task: only where the person allowed it for that tool. */
export async function answerTask(
  context: ProxyContext,
  { handle, key, response }: JsonObject,
  client: ClientFacts,
): Promise<ToolAnswer> {
  const task = await findTask(context, handle);
  if (typeof task === 'string') return errorAnswer(task);
  const policy = context.calls.ofHandle(task.handle)?.policy;
  if (policy === undefined || !mayAgentAnswer(policy, task.tool)) {
    return errorAnswer(
      `Only the user may answer what \`${task.tool}\` asks; tell them that it waits for them.`,
    );
  }
  const open = context.questions.of(task.handle);
  const question = key === undefined ? open[0] : open.find((one) => one.key === key);
  if (question === undefined) {
    return errorAnswer('The task asks nothing by this key now; call the poll tool to see what.');
  }
  if (!isJsonObject(response)) return errorAnswer('`response` must be an object.');
  const fault = faultOfResponse(question, response);
  if (fault !== null) return errorAnswer(fault);
  context.questions.answer(task.handle, question.key, response, agentPrincipal(client));
  const view = viewOf(context, context.registry.get(task.handle) ?? task);
  return viewAnswer('Answered. Call the poll tool to wait for the result.', view);
}
