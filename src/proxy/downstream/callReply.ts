import type { Clock } from '../../common/clock.ts';
import type { OutlookOf } from '../../registry/outlook.ts';
import { toTaskView } from '../../registry/projection.ts';
import type { TaskRecord } from '../../registry/taskRecord.ts';
import type { DownstreamPort } from '../proxyContext.ts';
import { isModern } from '../wire/envelopes.ts';
import { errorLine, WireErrorCode } from '../wire/jsonRpc.ts';
import {
  progressTokenOf,
  type WireMessage,
  withId,
  withProgressToken,
} from '../wire/wireMessage.ts';
import { errorAnswer, type ToolAnswer, viewAnswer } from './answers.ts';
import type { CompanionNames } from './companions/companionTools.ts';
import type { FlightEntry, InFlight } from './inFlight.ts';
import { handOffSentence } from './sentences.ts';
import type { TaskWaiter } from './taskAnswers.ts';
import type { CallDownstream, ToolCall } from './toolCall.ts';

/** What all replies of one connection share. */
export interface ReplyPort {
  readonly port: DownstreamPort;
  readonly inFlight: InFlight;
  readonly clock: Clock;
  readonly outlook: OutlookOf;
  readonly names: () => CompanionNames;
}

/** The way back of one call: the upstream's own answer, or one of ours in the same shape. */
export class CallReply implements CallDownstream {
  constructor(
    private readonly to: ReplyPort,
    private readonly request: WireMessage,
    /** The request's id as JSON text. */
    private readonly id: string,
  ) {}

  answer(message: WireMessage): void {
    this.to.inFlight.delete(this.id);
    this.to.port.send(withId(message, this.id));
  }

  answerHandOff(record: TaskRecord, call: ToolCall): void {
    const { inFlight, clock, outlook, names } = this.to;
    inFlight.handedOff(this.id, call);
    const view = toTaskView(record, { now: clock.now(), attached: true, outlook: outlook(record) });
    this.answerOwn(viewAnswer(handOffSentence(view, names()), view));
  }

  answerGone(why: string): void {
    this.to.inFlight.delete(this.id);
    this.to.port.send(errorLine(this.id, WireErrorCode.internalError, why));
  }

  answerRevoked(why: string): void {
    this.answerOwn(errorAnswer(why));
  }

  progress(message: WireMessage): void {
    const token = progressTokenOf(this.request);
    if (token !== null) this.to.port.send(withProgressToken(message, token));
  }

  /** An answer of ours, modern results with their `resultType`; or a kept result as JSON text. */
  answerOwn(answer: ToolAnswer | string): void {
    const { inFlight, port } = this.to;
    inFlight.delete(this.id);
    const modern = isModern(this.request) ? { resultType: 'complete' } : {};
    const result = typeof answer === 'string' ? answer : JSON.stringify({ ...modern, ...answer });
    port.send(`{"jsonrpc":"2.0","id":${this.id},"result":${result}}`);
  }

  /** The names of the companion tools as this connection knows them. */
  get names(): CompanionNames {
    return this.to.names();
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
    this.to.inFlight.add(this.id, entry);
  }
}
