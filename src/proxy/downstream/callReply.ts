import type { TaskRecord } from '../../registry/taskRecord.ts';
import type { DownstreamPort, ProxyContext } from '../proxyContext.ts';
import { isModern } from '../wire/envelopes.ts';
import { errorLine, WireErrorCode } from '../wire/jsonRpc.ts';
import { withResultType } from '../wire/resultText.ts';
import {
  progressTokenOf,
  type WireMessage,
  withId,
  withProgressToken,
} from '../wire/wireMessage.ts';
import { errorAnswer, type ToolAnswer, viewAnswer } from './answers.ts';
import type { CallDownstream } from './callDownstream.ts';
import type { CompanionNames } from './companions/companionTools.ts';
import type { FlightEntry, InFlight } from './inFlight.ts';
import type { TaskForm } from './nativeTasks/taskForm.ts';
import type { TaskMethods } from './nativeTasks/taskMethods.ts';
import { handOffSentence, inputSentence } from './sentences.ts';
import { type TaskWaiter, viewOf } from './taskAnswers.ts';
import type { ToolCall } from './toolCall.ts';

/** What all replies of one connection share. */
export interface ReplyPort {
  readonly context: ProxyContext;
  readonly port: DownstreamPort;
  readonly inFlight: InFlight;
  readonly names: () => CompanionNames;
  readonly tasks: Pick<TaskMethods, 'created' | 'follow'>;
}

/** The way back of one call: the upstream's own answer, or one of ours in the same shape. */
export class CallReply implements CallDownstream {
  /** The request's id as JSON text. */
  readonly #id: string;
  /** What the request is; the id may come again for another. */
  #entry: FlightEntry | null = null;
  /** Hears the upstream's own answer before the host does. */
  onAnswer: ((answer: WireMessage) => void) | null = null;

  constructor(
    private readonly to: ReplyPort,
    private readonly request: WireMessage,
    private readonly form: TaskForm = 'toolResult',
  ) {
    this.#id = request.id ?? 'null';
  }

  /** Whether nothing but a task will do: the client has asked for one. */
  get mustBeTask(): boolean {
    return this.form === 'legacyTask';
  }

  answer(message: WireMessage): void {
    this.#leave();
    this.onAnswer?.(message);
    this.to.port.send(withId(message, this.#id));
  }

  answerHandOff(record: TaskRecord, call: ToolCall): void {
    this.to.inFlight.handedOff(this.#id, call);
    this.answerTask(record);
  }

  /** The handle of a task that goes on, in the form that the client takes. */
  answerTask(record: TaskRecord): void {
    const { context, names, tasks } = this.to;
    const view = viewOf(context, record);
    const isAsking = view.inputRequests !== undefined;
    const sentence = isAsking ? inputSentence(view) : handOffSentence(view, names());
    const isPlain = this.form === 'toolResult';
    this.answerOwn(
      isPlain ? viewAnswer(sentence, view) : tasks.created(record, this.form, sentence),
    );
    if (this.form === 'legacyTask') tasks.follow(record, progressTokenOf(this.request));
  }

  /** Nothing was run, or all of it was stopped: for the model, or where a task was due as an error. */
  answerRefused(why: string): void {
    if (this.mustBeTask) this.answerGone(why);
    else this.answerOwn(errorAnswer(why));
  }

  answerGone(why: string): void {
    this.#leave();
    this.to.port.send(errorLine(this.#id, WireErrorCode.internalError, why));
  }

  progress(message: WireMessage): void {
    const token = progressTokenOf(this.request);
    if (token !== null) this.to.port.send(withProgressToken(message, token));
  }

  /** An answer of ours, modern results with their `resultType`; or a kept result as JSON text. */
  answerOwn(answer: ToolAnswer | string): void {
    const { port } = this.to;
    this.#leave();
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const result = isModern(this.request) ? withResultType(text) : text;
    port.send(`{"jsonrpc":"2.0","id":${this.#id},"result":${result}}`);
  }

  /** Where a wait of ours tells the progress of what it waits for. */
  get progressTo(): Pick<TaskWaiter, 'tokenText' | 'notify'> {
    return {
      tokenText: progressTokenOf(this.request),
      notify: (line) => this.to.port.send(line),
    };
  }

  /** The request is this from now on: what the host does to it happens to this. */
  become(entry: FlightEntry): void {
    this.#entry = entry;
    this.to.inFlight.add(this.#id, entry);
  }

  #leave(): void {
    if (this.#entry !== null) this.to.inFlight.take(this.#id, this.#entry);
  }
}
