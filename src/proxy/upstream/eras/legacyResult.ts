import { isObjectAt } from '../../../common/jsonSpans.ts';
import { errorLine, resultTextLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import { sliceOf, type WireMessage, withId } from '../../wire/wireMessage.ts';
import { objectWithout, stringMember } from './splices.ts';

/** What kind of result it is; a server that says nothing means `complete`. `null`: an error. */
export function resultTypeOf(answer: WireMessage): string | null {
  if (answer.result === null) return null;
  return stringMember(answer.text, answer.result, 'resultType') ?? 'complete';
}

/** A modern server's answer for a legacy client, under this id. */
export function legacyAnswer(answer: WireMessage, id: string): string {
  const type = resultTypeOf(answer);
  if (answer.result === null || !isObjectAt(answer.text, answer.result)) return withId(answer, id);
  if (type === 'complete') {
    return resultTextLine(id, objectWithout(sliceOf(answer.text, answer.result), ['resultType']));
  }
  const why = `The server answered with a result of the type ${JSON.stringify(type)}, which was not expected here.`;
  return errorLine(id, WireErrorCode.internalError, why);
}
