import { isJsonObject } from '../../../common/json.ts';
import { Method } from '../../wire/mcpNames.ts';
import { argumentAt, headerValueOf, type KnownParamHeaders } from '../../wire/paramHeaders.ts';
import { paramOf, parsedSpan, replaced, type WireMessage } from '../../wire/wireMessage.ts';

/** The `Mcp-Param-*` headers of a call; its arguments are parsed only where its tool wants some. */
export function paramHeadersOfCall(
  message: WireMessage,
  known: KnownParamHeaders,
): Readonly<Record<string, string>> {
  if (message.method !== Method.toolsCall) return {};
  const wanted = known.of(paramOf(message, 'name'));
  if (wanted.length === 0) return {};
  const args = paramOf(message, 'arguments');
  const pairs = wanted.map(({ path, header }) => [header, headerValueOf(argumentAt(args, path))]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== null));
}

/** A `tools/list` answer without the tools whose headers nobody can send. */
export function usableToolList(message: WireMessage, known: KnownParamHeaders): string {
  const { text, result: span } = message;
  const result = parsedSpan(message, span);
  if (span === null || !isJsonObject(result)) return text;
  const usable = known.learn(result);
  return usable === result ? text : replaced(text, span, JSON.stringify(usable));
}
