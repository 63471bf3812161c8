import type { JsonObject } from '../../../common/json.ts';
import { mayAgentsAnswer } from '../../../registry/policy.ts';
import { toTaskView } from '../../../registry/projection.ts';
import { errorAnswer, type ToolAnswer, viewAnswer } from '../answers.ts';
import { revokedSentence } from '../sentences.ts';
import { findTask } from '../taskAnswers.ts';
import { answerTask } from './answerTask.ts';
import type { CompanionCall, CompanionOptions } from './companions.ts';

const MAX_REASON = 300;
const STOPS = '`action` must be "revoke" (or "cancel", which is the same)';

/** `task_control`: stops a task for good, or answers it. Unknown and malformed handles get the same words (P8). */
export async function controlTask(
  { context, route }: CompanionOptions,
  given: JsonObject,
  { client }: CompanionCall,
): Promise<ToolAnswer> {
  const { handle, action, reason } = given;
  if (action === 'answer') return await answerTask(context, given, client);
  if (action !== 'revoke' && action !== 'cancel') {
    return errorAnswer(`${STOPS}${mayAgentsAnswer(route.policy()) ? ', or "answer"' : ''}.`);
  }
  const found = await findTask(context, handle);
  if (typeof found === 'string') return errorAnswer(found);
  const note = typeof reason === 'string' && reason !== '' ? reason.slice(0, MAX_REASON) : null;
  await context.revoke({ handle: found.handle, door: 'agent', note });
  const record = context.registry.get(found.handle) ?? found;
  const view = toTaskView(record, { now: context.clock.now(), attached: false });
  return viewAnswer(revokedSentence(view), view);
}
