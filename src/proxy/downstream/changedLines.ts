import { isJsonObject, parseJson } from '../../common/json.ts';
import { CHANGING_LISTS } from '../wire/changingLists.ts';
import { notificationLine } from '../wire/jsonRpc.ts';

/**
 * What a legacy client is told when its server was started again: each list that the server has, as its
 * `initialize` result (JSON text) says, may be another one now.
 */
export function changedLines(resultText: string): string[] {
  const result = parseJson(resultText);
  const capabilities = isJsonObject(result) ? result.capabilities : undefined;
  if (!isJsonObject(capabilities)) return [];
  const lists = Object.values(CHANGING_LISTS);
  const declared = lists.filter(([feature]) => capabilities[feature] !== undefined);
  return declared.map(([, method]) => notificationLine(method));
}
