import type { Clock } from '../../../common/clock.ts';
import { type Disposable, toDisposable } from '../../../common/disposable.ts';
import { errorLine, notificationLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { Method } from '../../wire/mcpNames.ts';
import { replaced, sliceOf, type WireMessage } from '../../wire/wireMessage.ts';
import type { LayerPort } from './channelLayer.ts';
import { type Question, questionLine, questionsIn } from './inputQuestions.ts';
import { LateAnswers } from './lateAnswers.ts';
import { legacyAnswer, resultTypeOf } from './legacyResult.ts';
import { memberText, stringMember, underId, withParamMembers } from './splices.ts';

/** The bridge that the rounds belong to, and what its client can be asked. */
export interface InputRoundsOptions {
  readonly port: LayerPort;
  readonly clock: Clock;
  /** Whether the client can be asked this. */
  readonly canAnswer: (question: string) => boolean;
}

/** A request of the client that the server may answer with questions. */
interface Call {
  readonly id: string;
  /** As it first went to the server. */
  readonly request: WireMessage;
  /** The id under which the server works on it; `null` while the client is asked. */
  serverId: string | null;
  rounds: number;
  /** Questions without an answer: our id → the server's key. */
  readonly open: Map<string, Question>;
  /** JSON members of `inputResponses`. */
  answers: string[];
  /** JSON text. */
  state: string | null;
  pause: Disposable;
}

/** More rounds than these no honest server needs; the SDK's own client stops at 10. */
const MAX_ROUNDS = 100;
/** A server that asks nothing, only to be called again, is not called in a loop. */
const EMPTY_ROUND_MS = 1_000;
const NO_PAUSE = toDisposable(() => {});

/**
 * Multi round-trip requests (2026-07-28) for a client that knows none: what an `input_required`
 * result asks is asked in requests, then the call is made again with the answers. All of it is one
 * request of the client.
 */
export class InputRounds implements Disposable {
  readonly #calls = new Map<string, Call>();
  /** By the ids of the retries. */
  readonly #retries = new Map<string, Call>();
  /** By the ids of the questions to the client. */
  readonly #asked = new Map<string, Call>();
  readonly #late = new LateAnswers();

  constructor(private readonly options: InputRoundsOptions) {}

  /** A request that may be answered so goes to the server. */
  open(request: WireMessage, id: string): void {
    this.#calls.set(id, {
      id,
      request,
      serverId: id,
      rounds: 0,
      open: new Map(),
      answers: [],
      state: null,
      pause: NO_PAUSE,
    });
  }

  /** An answer of the server; `false` if it is none to a call of here. */
  receive(answer: WireMessage): boolean {
    const id = answer.id ?? '';
    const call = this.#retries.get(id) ?? this.#calls.get(id);
    const late = call === undefined ? this.#late.take(id) : null;
    if (late !== null) this.options.port.print(legacyAnswer(answer, late));
    if (call === undefined || call.serverId !== id) return late !== null;
    this.#retries.delete(id);
    if (resultTypeOf(answer) === 'input_required') this.#ask(call, answer);
    else this.#end(call, legacyAnswer(answer, call.id));
    return true;
  }

  /** The client's answer to a question of ours. */
  receiveAnswer(answer: WireMessage): void {
    const id = answer.id ?? '';
    const call = this.#asked.get(id);
    const question = call?.open.get(id);
    if (call === undefined || question === undefined) return;
    this.#asked.delete(id);
    call.open.delete(id);
    if (answer.result === null) this.#fail(call, refusal(question.method, answer));
    else {
      call.answers.push(`${JSON.stringify(question.key)}:${sliceOf(answer.text, answer.result)}`);
      if (call.open.size === 0) this.#retry(call);
    }
  }

  /** The client takes a call back (id as JSON text); `false` if that concerns only the server. */
  cancel(id: string, notification: WireMessage): boolean {
    const call = this.#calls.get(id);
    if (call === undefined) return false;
    if (call.serverId === null) this.#fail(call, 'The call was cancelled.');
    else {
      this.#calls.delete(id);
      if (call.serverId !== id) this.#takeBack(call, call.serverId, notification);
    }
    return call.serverId !== id;
  }

  /** Under which id the client knows what the server knows under this one. */
  clientIdOf(serverId: number): number {
    return Number(this.#retries.get(String(serverId))?.id ?? serverId);
  }

  dispose(): void {
    for (const call of this.#calls.values()) call.pause.dispose();
    this.#calls.clear();
    this.#retries.clear();
    this.#asked.clear();
  }

  #ask(call: Call, answer: WireMessage): void {
    call.rounds += 1;
    call.serverId = null;
    call.state = answer.result && memberText(sliceOf(answer.text, answer.result), 'requestState');
    const questions = questionsIn(answer);
    const why = this.#whyNot(call, questions);
    if (why !== null) this.#fail(call, why);
    else if (questions === null || questions.length === 0) {
      call.pause = this.options.clock.after(EMPTY_ROUND_MS, () => this.#retry(call));
    } else {
      for (const question of questions) this.#pose(call, question);
      for (const [id, question] of call.open) this.#print(call, id, question);
    }
  }

  #whyNot(call: Call, questions: readonly Question[] | null): string | null {
    if (questions === null || (questions.length === 0 && call.state === null)) {
      return 'The server asked for input, but not in a way that can be read.';
    }
    if (call.rounds > MAX_ROUNDS) {
      return `The server still asked for input after ${MAX_ROUNDS} rounds; the call was given up.`;
    }
    const unfit = questions.find(({ method }) => !this.options.canAnswer(method));
    if (unfit === undefined) return null;
    return `The server needs \`${unfit.method}\`, which this client does not support; use a client that does.`;
  }

  #pose(call: Call, question: Question): void {
    const id = String(this.options.port.own.nextId());
    call.open.set(id, question);
    this.#asked.set(id, call);
  }

  /** An earlier question may have been refused meanwhile, and the call with it. */
  #print(call: Call, id: string, question: Question): void {
    if (call.open.has(id)) this.options.port.print(questionLine(question, id, call.id));
  }

  #retry(call: Call): void {
    const { request, answers, state } = call;
    const id = String(this.options.port.own.nextId());
    const members = [
      ...(answers.length > 0 ? [`"inputResponses":{${answers.join(',')}}`] : []),
      ...(state === null ? [] : [`"requestState":${state}`]),
    ];
    call.answers = [];
    call.serverId = id;
    this.#retries.set(id, call);
    this.options.port.send(underId(withParamMembers(request, members.join(',')), id));
  }

  /** The retry is what the server works on. */
  #takeBack(call: Call, serverId: string, notification: WireMessage): void {
    this.#retries.delete(serverId);
    this.#late.expect(serverId, call.id);
    const place = notification.param('requestId');
    if (place !== null) this.options.port.send(replaced(notification.text, place, serverId));
  }

  #fail(call: Call, why: string): void {
    this.#end(call, errorLine(call.id, WireErrorCode.internalError, why));
  }

  /** What the client is still asked is withdrawn first. */
  #end(call: Call, answer: string): void {
    const { print } = this.options.port;
    this.#calls.delete(call.id);
    call.pause.dispose();
    for (const id of call.open.keys()) {
      this.#asked.delete(id);
      print(notificationLine(Method.cancelled, { requestId: Number(id) }));
    }
    call.open.clear();
    print(answer);
  }
}

function refusal(question: string, answer: WireMessage): string {
  const message = answer.error && stringMember(answer.text, answer.error, 'message');
  const said = message === null ? '.' : `: ${message}`;
  return `The server asked for input (\`${question}\`), and the client gave none${said}`;
}
