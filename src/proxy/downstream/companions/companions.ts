import { isJsonObject } from '../../../common/json.ts';
import type { ClientFacts } from '../../../registry/taskRecord.ts';
import type { ProxyContext, SessionRoute } from '../../proxyContext.ts';
import { errorAnswer, type ToolAnswer } from '../answers.ts';
import type { CompanionNames } from './companionTools.ts';
import { controlTask } from './taskControl.ts';
import { TaskPoll } from './taskPoll.ts';

/** What the companion tools of one connection work with. */
export interface CompanionOptions {
  readonly context: ProxyContext;
  readonly route: SessionRoute;
  readonly names: () => CompanionNames;
}

/** One call of a companion tool. */
export interface CompanionCall {
  readonly tool: string;
  readonly arguments: unknown;
  /** With the chat that made this very call. */
  readonly client: ClientFacts;
  /** The request's own progress token as JSON text; `null` when it wants no progress. */
  readonly tokenText: string | null;
  readonly signal: AbortSignal;
  /** Sends a notification line to the host. */
  readonly notify: (line: string) => void;
}

/**
 * `task_poll` and `task_control`, answered by us. An answer is a tool result, or the JSON text of
 * the upstream's own result, which goes back as it came.
 */
export class Companions {
  readonly #poll: TaskPoll;

  constructor(private readonly options: CompanionOptions) {
    this.#poll = new TaskPoll(options);
  }

  async call(call: CompanionCall): Promise<ToolAnswer | string> {
    const given = call.arguments ?? {};
    if (!isJsonObject(given)) return errorAnswer('`arguments` must be an object.');
    if (call.tool === this.options.names().poll) return await this.#poll.call(given, call);
    return await controlTask(this.options, given, call);
  }
}
