import { isJsonObject, parseJson } from '../../common/json.ts';
import { DEFAULT_NAMES } from './companions/companionTools.ts';
import { instructionsLine } from './sentences.ts';

/**
 * The upstream's `initialize` result as the downstream sees it: `capabilities.tasks` goes (those
 * would be the upstream's tasks, not ours), one line of `instructions` comes. Anything else stays.
 */
export function rewriteInitializeResult(resultText: string): string {
  const result = parseJson(resultText);
  if (!isJsonObject(result) || !isJsonObject(result.capabilities)) return resultText;
  const { tasks: _upstreamTasks, ...capabilities } = result.capabilities;
  if (capabilities.tools === undefined) return JSON.stringify({ ...result, capabilities });
  const given = typeof result.instructions === 'string' ? `${result.instructions}\n\n` : '';
  const instructions = given + instructionsLine(DEFAULT_NAMES);
  return JSON.stringify({ ...result, capabilities, instructions });
}
