import { isJsonObject, type JsonObject, parseJson } from '../../common/json.ts';
import { TASKS_EXTENSION } from '../wire/mcpNames.ts';
import { DEFAULT_NAMES } from './companions/companionTools.ts';
import { instructionsLine } from './sentences.ts';

/**
 * The upstream's `server/discover` result as a modern client sees it: the tasks extension is ours, not
 * the upstream's. The line about companion tools is for clients that take no tasks.
 */
export function rewriteDiscoverResult(
  resultText: string,
  { takesTasks }: { readonly takesTasks: boolean },
): string {
  const result = parseJson(resultText);
  if (!isJsonObject(result) || !isJsonObject(result.capabilities)) return resultText;
  const { capabilities } = result;
  if (capabilities.tools === undefined) return resultText;
  const given = isJsonObject(capabilities.extensions) ? capabilities.extensions : {};
  const extensions = { ...given, [TASKS_EXTENSION]: {} };
  const rewritten = { ...result, capabilities: { ...capabilities, extensions } };
  return JSON.stringify(takesTasks ? rewritten : withInstructions(rewritten));
}

/** What this server offers to legacy clients with tasks (2025-11-25). */
const OUR_TASKS = { list: {}, cancel: {}, requests: { tools: { call: {} } } };

/**
 * The upstream's `initialize` result as the downstream sees it: `capabilities.tasks` goes (those
 * would be the upstream's tasks, not ours) or becomes ours, one line of `instructions` comes.
 * Anything else stays.
 */
export function rewriteInitializeResult(
  resultText: string,
  { offersTasks = false }: { readonly offersTasks?: boolean } = {},
): string {
  const result = parseJson(resultText);
  if (!isJsonObject(result) || !isJsonObject(result.capabilities)) return resultText;
  const { tasks: _upstreamTasks, ...others } = result.capabilities;
  const capabilities = offersTasks ? { ...others, tasks: OUR_TASKS } : others;
  if (others.tools === undefined) return JSON.stringify({ ...result, capabilities });
  return JSON.stringify(withInstructions({ ...result, capabilities }));
}

function withInstructions(result: JsonObject): JsonObject {
  const given = typeof result.instructions === 'string' ? `${result.instructions}\n\n` : '';
  return { ...result, instructions: given + instructionsLine(DEFAULT_NAMES) };
}
