import { isJsonObject, type JsonObject } from '../../../src/common/json.ts';

/** Values that differ from run to run, whoever stands between: times, session ids, random levels. */
export function withoutChance(message: JsonObject): JsonObject {
  const text = JSON.stringify(message)
    .replace(/"blob":"([^"]+)"/g, (_all, blob: string) => `"blob":${JSON.stringify(atob(blob))}`)
    .replace(/\d{1,2}:\d\d:\d\d( [AP]M)?/g, 'TIME')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/"level":"\w+","data":"\w+[ -]level[ -]message/, '"level":"ANY","data":"ANY message');
  return JSON.parse(text) as JsonObject;
}

/** Ids of the server's requests are numbered in the order in which they came. */
export function withServerIds(messages: readonly JsonObject[]): JsonObject[] {
  let last = 0;
  return messages.map((message) => {
    const isRequest = message.method !== undefined && message.id !== undefined;
    if (!isRequest) return message;
    last += 1;
    return { ...message, id: `server-${last}` };
  });
}

const COMPANIONS = ['task_poll', 'task_control'];

/** What the host gets when we stand between, told by what it gets without us. */
export function rewritten(message: JsonObject): JsonObject {
  const { result } = message;
  if (!isJsonObject(result)) return message;
  if (isJsonObject(result.serverInfo)) return { ...message, result: initializeResult(result) };
  if (Array.isArray(result.tools)) return { ...message, result: toolList(result) };
  return message;
}

/** `capabilities.tasks` goes; `instructions` has a line more, which `withoutOurs` takes away. */
function initializeResult(result: JsonObject): JsonObject {
  const { tasks: _theirs, ...capabilities } = result.capabilities as JsonObject;
  return { ...result, capabilities };
}

/** `execution` goes, `outputSchema` admits a handle beside the original. */
function toolList(result: JsonObject): JsonObject {
  const tools = (result.tools as JsonObject[]).map(({ execution: _theirs, ...tool }) => tool);
  return { ...result, tools };
}

/** What we send, without what the design says that we add. */
export function withoutOurs(message: JsonObject): JsonObject {
  const { result } = message;
  if (!isJsonObject(result)) return message;
  if (isJsonObject(result.serverInfo) && typeof result.instructions === 'string') {
    const { instructions: all } = result;
    const instructions = all.slice(0, all.lastIndexOf('\n\n'));
    return { ...message, result: { ...result, instructions } };
  }
  if (!Array.isArray(result.tools)) return message;
  const tools = (result.tools as JsonObject[])
    .filter(({ name }) => !COMPANIONS.includes(String(name)))
    .map(withOriginalSchema);
  return { ...message, result: { ...result, tools } };
}

function withOriginalSchema(tool: JsonObject): JsonObject {
  const { outputSchema } = tool;
  if (!isJsonObject(outputSchema) || !Array.isArray(outputSchema.anyOf)) return tool;
  const { $id: _ours, ...original } = outputSchema.anyOf[0] as JsonObject;
  return { ...tool, outputSchema: original };
}
