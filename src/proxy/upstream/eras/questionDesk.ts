import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/clock.ts';
import type { Disposable } from '../../../common/disposable.ts';
import { MemberCursor, type Span } from '../../../common/jsonSpans.ts';
import { errorLine, notificationLine, resultTextLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { capabilityFor, META_CALL, Method, QuestionMethod } from '../../wire/mcpNames.ts';
import {
  metaOf,
  readMessage,
  sliceOf,
  type WireMessage,
  withProgressToken,
} from '../../wire/wireMessage.ts';
import type { RemoteNews } from '../upstreamChannel.ts';
import type { LayerPort } from './channelLayer.ts';
import { LateAnswers } from './lateAnswers.ts';
import { modernAnswer } from './modernAnswer.ts';
import { responsesOf } from './modernRequest.ts';
import { PageVisits } from './pageVisits.ts';
import { QuestionCall } from './questionCall.ts';
import { withoutMetaMembers } from './splices.ts';

/** The bridge that the questions belong to. */
export interface QuestionDeskOptions {
  readonly port: LayerPort;
  readonly clock: Clock;
  readonly tellRemote: (news: RemoteNews) => void;
}

/** How long a call is kept for a client that was asked and does not come again. */
const ANSWER_LIMIT_MS = 3_600_000;
const NOBODY = 'No client is attached to a request that could answer this.';

/**
 * What a legacy server asks, asked of a modern client: an `input_required` result ends the request
 * of the client, whose next one brings the answers and goes on waiting for the same call
 * (2026-07-28, multi round-trip requests).
 */
export class QuestionDesk implements Disposable {
  /** By the server's ids, in the order of their beginning. */
  readonly #calls = new Map<string, QuestionCall>();
  readonly #late = new LateAnswers();
  readonly #visits: PageVisits;
  #lastKey = 0;

  constructor(private readonly options: QuestionDeskOptions) {
    this.#visits = new PageVisits({ clock: options.clock, limitMs: ANSWER_LIMIT_MS });
  }

  /** A request that may be answered with questions goes to the server. */
  open(request: WireMessage): void {
    const call = new QuestionCall(request);
    this.#calls.set(call.id, call);
  }

  /**
   * A request of the client with a `requestState`: its answers go to the server. `'again'` where
   * the server has ended the call and is to be called once more.
   */
  resume(request: WireMessage, state: string): 'again' | null {
    const id = request.id ?? '';
    const call = [...this.#calls.values()].find((one) => one.state === state);
    const visit = call === undefined ? this.#visits.return(request, state) : null;
    if (visit === 'again') return visit;
    if (visit !== null) this.options.port.print(modernAnswer(visit, id, request.method));
    else if (call?.method === request.method) this.#resume(call, request);
    else {
      const why = 'This `requestState` is not one that the server waits for; make the call anew.';
      this.options.port.print(errorLine(id, WireErrorCode.invalidParams, why));
    }
    return null;
  }

  /** A request of the server. */
  ask(message: WireMessage, serverId: string): void {
    const { method } = message;
    const call = this.#callFor(message);
    const isQuestion = capabilityFor(method) !== null;
    if (isQuestion && call?.canAnswer(method)) {
      this.#lastKey += 1;
      call.open.set(`question-${this.#lastKey}`, {
        serverId,
        method,
        paramsText: paramsOf(message),
      });
      this.#flushSoon(call);
    } else if (isQuestion && call === undefined) this.#refuse(serverId, NOBODY);
    else {
      const why = `The client does not support ${method}.`;
      this.options.port.send(errorLine(serverId, WireErrorCode.methodNotFound, why));
    }
  }

  /** The server has withdrawn a question (its id as JSON text). */
  withdraw(serverId: string): void {
    for (const call of this.#calls.values()) {
      for (const [key, question] of call.open) {
        if (question.serverId === serverId) call.open.delete(key);
      }
    }
  }

  /** An answer of the server; `false` if it is none to a call of here. */
  receive(answer: WireMessage): boolean {
    const id = answer.id ?? '';
    const call = this.#calls.get(id);
    const late = call === undefined ? this.#late.take(id) : null;
    if (late !== null) this.options.port.print(modernAnswer(answer, late, ''));
    else if (call?.isAwaited === true) this.#finish(call, answer);
    else if (call?.answer === null) this.#keep(call, answer);
    return call !== undefined || late !== null;
  }

  /** Progress under the client's present token; `null` if nobody waits for it. */
  progressFor(message: WireMessage): string | null {
    const span = message.param('progressToken');
    const token = span === null ? '' : sliceOf(message.text, span);
    const call = [...this.#calls.values()].find((one) => one.isToken(token));
    if (call === undefined) return message.text;
    const { clientToken } = call;
    if (!call.isAwaited || clientToken === null) return null;
    return call.hasNewToken ? withProgressToken(message, clientToken) : message.text;
  }

  /** The client takes back what it knows under this id (JSON text): the server's id of it. */
  cancel(clientId: string): string | null {
    const call = [...this.#calls.values()].find((one) => one.clientId === clientId);
    if (call === undefined) return null;
    if (call.id !== clientId) this.#late.expect(call.id, clientId);
    this.#drop(call, 'The client has cancelled the call.');
    return call.id;
  }

  /** Where the work of a call goes on: told under each id that the client gives it. */
  remoteKnown(news: RemoteNews): void {
    const call = this.#calls.get(String(news.requestId));
    if (call === undefined) this.options.tellRemote(news);
    else {
      call.remote = news;
      this.#tellRemote(call);
    }
  }

  dispose(): void {
    for (const call of this.#calls.values()) call.patience.dispose();
    this.#calls.clear();
    this.#visits.dispose();
  }

  #resume(call: QuestionCall, request: WireMessage): void {
    call.continuedBy(request);
    this.#tellRemote(call);
    const responses = responsesOf(request);
    if (responses !== null) this.#passAnswers(call, request.text, responses);
    if (call.answer !== null) this.#finish(call, call.answer);
    else this.#flush(call);
  }

  #tellRemote(call: QuestionCall): void {
    const requestId = Number(call.clientId);
    if (call.remote !== null && call.isAwaited) {
      this.options.tellRemote({ ...call.remote, requestId });
    }
  }

  /**
   * The call that the task layer names; else the tool call that began last; else what did. One that
   * the server has answered is none: its client comes for the answer, and for nothing else.
   */
  #callFor(message: WireMessage): QuestionCall | undefined {
    const named = this.#calls.get(String(metaOf(message, META_CALL)));
    if (named !== undefined) return named.answer === null ? named : undefined;
    const calls = [...this.#calls.values()].filter(({ answer }) => answer === null);
    return calls.findLast(({ method }) => method === Method.toolsCall) ?? calls.at(-1);
  }

  #passAnswers(call: QuestionCall, text: string, responses: Span): void {
    const cursor = new MemberCursor(text, responses.start);
    while (cursor.next()) {
      const question = call.open.get(cursor.key);
      call.open.delete(cursor.key);
      if (question !== undefined) {
        this.options.port.send(resultTextLine(question.serverId, sliceOf(text, cursor.value)));
      }
    }
  }

  /** Questions that come in one piece go to the client in one piece. */
  #flushSoon(call: QuestionCall): void {
    if (call.isFlushDue) return;
    call.isFlushDue = true;
    queueMicrotask(() => {
      call.isFlushDue = false;
      if (this.#calls.get(call.id) === call) this.#flush(call);
    });
  }

  /** Ends the client's request with what is still asked, if that is anything. */
  #flush(call: QuestionCall): void {
    if (!call.isAwaited || call.open.size === 0) return;
    call.isAwaited = false;
    call.state = randomBytes(16).toString('base64url');
    call.patience = this.options.clock.after(ANSWER_LIMIT_MS, () => this.#giveUp(call));
    const asked = [...call.open].map(([key, { method, paramsText }]) => {
      const params = paramsText === null ? '' : `,"params":${paramsText}`;
      return `"${key}":{"method":"${method}"${params}}`;
    });
    const members = `"inputRequests":{${asked.join(',')}},"requestState":"${call.state}"`;
    const result = `{"resultType":"input_required",${members}}`;
    this.options.port.print(resultTextLine(call.clientId, result));
  }

  #finish(call: QuestionCall, answer: WireMessage): void {
    this.#calls.delete(call.id);
    const canVisit = call.canAnswer(QuestionMethod.elicit);
    const visit = canVisit ? this.#visits.ask(answer, call.method) : null;
    this.options.port.print(
      visit === null
        ? modernAnswer(answer, call.clientId, call.method)
        : resultTextLine(call.clientId, visit),
    );
  }

  /**
   * The server has gone on without the answers. A client's retry will find it; a task of ours, which
   * still listens under the id, need not ask anybody any more.
   */
  #keep(call: QuestionCall, answer: WireMessage): void {
    call.answer = answer;
    call.open.clear();
    this.options.port.print(modernAnswer(answer, call.clientId, call.method));
  }

  #giveUp(call: QuestionCall): void {
    const why = 'The client was asked and did not come again.';
    this.#drop(call, why);
    // The server is done with what it has answered.
    if (call.answer !== null) return;
    const params = { requestId: Number(call.id), reason: why };
    this.options.port.send(notificationLine(Method.cancelled, params));
  }

  #drop(call: QuestionCall, why: string): void {
    this.#calls.delete(call.id);
    call.patience.dispose();
    for (const { serverId } of call.open.values()) this.#refuse(serverId, why);
    call.open.clear();
  }

  #refuse(serverId: string, why: string): void {
    this.options.port.send(errorLine(serverId, WireErrorCode.internalError, why));
  }
}

/** The params of a question, without the mark of a call that the client knows otherwise. */
function paramsOf(message: WireMessage): string | null {
  const plain = readMessage(withoutMetaMembers(message, [META_CALL]));
  return plain?.params ? sliceOf(plain.text, plain.params) : null;
}
