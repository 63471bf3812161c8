import type { TaskRecord } from '../../registry/taskRecord.ts';
import type { WireMessage } from '../wire/wireMessage.ts';
import type { ToolCall } from './toolCall.ts';

/** The connection that made a call, as long as it is there. Exactly one answer goes through it. */
export interface CallDownstream {
  answer(message: WireMessage): void;
  answerHandOff(record: TaskRecord, call: ToolCall): void;
  answerGone(why: string): void;
  /** Nothing was run, or all of it was stopped: one line for whoever called the tool. */
  answerRefused(why: string): void;
  progress(message: WireMessage): void;
}
