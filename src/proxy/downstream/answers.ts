import type { TaskView } from '../../registry/taskView.ts';
import { META_TASK } from '../wire/mcpNames.ts';

/** A tool result of ours, ready to be printed. */
export interface ToolAnswer {
  content: { type: 'text'; text: string }[];
  structuredContent?: { next: string; [key: string]: unknown };
  isError?: boolean;
  _meta?: { [key: string]: unknown };
}

/**
 * The same sentence in both channels: hosts show their model either the text or
 * `structuredContent`, never both.
 */
export function viewAnswer(sentence: string, view: TaskView): ToolAnswer {
  return {
    content: [{ type: 'text', text: sentence }],
    structuredContent: { next: sentence, ...view },
    _meta: { [META_TASK]: view },
  };
}

/** A tool error: the model reads it and can act. */
export function errorAnswer(sentence: string, view?: TaskView): ToolAnswer {
  const answer: ToolAnswer = { content: [{ type: 'text', text: sentence }], isError: true };
  if (view === undefined) return answer;
  return {
    ...answer,
    structuredContent: { next: sentence, ...view },
    _meta: { [META_TASK]: view },
  };
}

/** The list of tasks, as text and as structure. */
export function listAnswer(sentence: string, tasks: readonly TaskView[]): ToolAnswer {
  return {
    content: [{ type: 'text', text: sentence }],
    structuredContent: { next: sentence, tasks },
  };
}
