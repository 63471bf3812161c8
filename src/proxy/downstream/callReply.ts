import type { Clock } from '../../common/clock.ts';
import { toTaskView } from '../../registry/projection.ts';
import type { TaskRecord } from '../../registry/taskRecord.ts';
import type { DownstreamPort } from '../proxyContext.ts';
import { errorLine, resultLine, WireErrorCode } from '../wire/jsonRpc.ts';
import { type WireMessage, withId, withProgressToken } from '../wire/wireMessage.ts';
import { errorAnswer, type ToolAnswer, viewAnswer } from './answers.ts';
import type { CompanionNames } from './companions/companionTools.ts';
import { handOffSentence } from './sentences.ts';
import type { CallDownstream } from './toolCall.ts';

export interface CallReplyOptions {
  /** The downstream's request id and progress token, as JSON text. */
  readonly id: string;
  readonly tokenText: string | null;
  /** Modern results carry `resultType`. */
  readonly isModern: boolean;
  readonly names: () => CompanionNames;
  readonly port: DownstreamPort;
  readonly clock: Clock;
  readonly onAnswered: () => void;
  readonly onHandedOff: () => void;
}

/** The way back of one call: the upstream's own answer, or one of ours in the same shape. */
export function callReply(options: CallReplyOptions): CallDownstream {
  const { id, port, isModern } = options;
  const sendOwn = (answer: ToolAnswer) =>
    port.send(resultLine(id, isModern ? { resultType: 'complete', ...answer } : answer));
  return {
    answer(message: WireMessage) {
      options.onAnswered();
      port.send(withId(message, id));
    },
    answerHandOff(record: TaskRecord) {
      options.onHandedOff();
      const view = toTaskView(record, { now: options.clock.now(), attached: true });
      sendOwn(viewAnswer(handOffSentence(view, options.names()), view));
    },
    answerGone(why: string) {
      options.onAnswered();
      port.send(errorLine(id, WireErrorCode.internalError, why));
    },
    answerRevoked(why: string) {
      options.onAnswered();
      sendOwn(errorAnswer(why));
    },
    progress(message: WireMessage) {
      if (options.tokenText !== null) port.send(withProgressToken(message, options.tokenText));
    },
  };
}
