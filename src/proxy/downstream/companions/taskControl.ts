import type { JsonObject } from '../../../common/json.ts';
import { errorAnswer, type ToolAnswer, viewAnswer } from '../answers.ts';
import { revokedSentence } from '../sentences.ts';
import { findTask, viewOf } from '../taskAnswers.ts';
import { answerTask } from './answerTask.ts';
import type { CompanionCall, CompanionOptions } from './companions.ts';
import { controlOffer } from './controlOffer.ts';
import { pauseTask } from './pauseTask.ts';

const MAX_REASON = 300;
const STOPS = '`action` must be "revoke" (or "cancel", which is the same)';

/** `task_control`: stops a task for good, pauses, resumes or answers it. Unknown and malformed handles get the same words (P8). */
export async function controlTask(
  options: CompanionOptions,
  given: JsonObject,
  { client }: CompanionCall,
): Promise<ToolAnswer> {
  const { context } = options;
  const { handle, action, reason } = given;
  if (action === 'answer') return await answerTask(context, given, client);
  const isPause = action === 'pause' || action === 'resume';
  if (action !== 'revoke' && action !== 'cancel' && !isPause) return errorAnswer(choice(options));
  const found = await findTask(context, handle);
  if (typeof found === 'string') return errorAnswer(found);
  if (isPause) return await pauseTask(options, action, { task: found, client });
  const note = typeof reason === 'string' && reason !== '' ? reason.slice(0, MAX_REASON) : null;
  await context.revoke({ handle: found.handle, door: 'agent', note });
  const record = context.registry.get(found.handle) ?? found;
  const view = viewOf(context, record);
  return viewAnswer(revokedSentence(view), view);
}

function choice({ context, route }: CompanionOptions): string {
  const { mayPause, mayAnswer } = controlOffer(context, route);
  return `${STOPS}${mayPause ? ', "pause", "resume"' : ''}${mayAnswer ? ', or "answer"' : ''}.`;
}
