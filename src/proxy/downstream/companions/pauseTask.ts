import { isTerminal, type TaskRecord } from '../../../registry/taskRecord.ts';
import { agentPrincipal } from '../agentPrincipal.ts';
import { errorAnswer, type ToolAnswer, viewAnswer } from '../answers.ts';
import { endedSentence, pausedSentence, resumedSentence } from '../sentences.ts';
import { viewOf } from '../taskAnswers.ts';
import type { CompanionCall, CompanionOptions } from './companions.ts';

/** An agent lets a task stand still, or go on: told as it is then, or why not (P9). */
export async function pauseTask(
  { context, names }: CompanionOptions,
  action: 'pause' | 'resume',
  { task, client }: { readonly task: TaskRecord; readonly client: CompanionCall['client'] },
): Promise<ToolAnswer> {
  if (isTerminal(task.status)) {
    const view = viewOf(context, task);
    return viewAnswer(endedSentence(view), view);
  }
  const principal = agentPrincipal(client);
  const request = { handle: task.handle, door: 'agent', principal } as const;
  const { record, refusal } = await context.pausing[action](request);
  const view = viewOf(context, record);
  if (refusal !== null) return errorAnswer(refusal, view);
  if (isTerminal(record.status)) return viewAnswer(endedSentence(view), view);
  const sentence = record.paused ? pausedSentence(view, names()) : resumedSentence(view, names());
  return viewAnswer(sentence, view);
}
