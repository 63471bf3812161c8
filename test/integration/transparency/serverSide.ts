import { readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject } from '../../../src/common/json.ts';

/** What a server behind `tap.mjs` was sent, with ids and progress tokens made alike. */
export function sentToServer(file: string): JsonObject[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const messages = lines
    .filter((line) => line.startsWith('>'))
    .map((line) => JSON.parse(line.slice(1)) as JsonObject)
    .filter((message) => !isOfTaskLayer(message));
  const requests = messages.filter(({ id, method }) => id !== undefined && method !== undefined);
  const numbers = new Map(requests.map(({ id }, index) => [id, index + 1]));
  return messages.map((message) => withoutIds(message, numbers));
}

/** Which tools may be tasks is asked where no list of the host has told it (decision 14). */
function isOfTaskLayer({ id }: JsonObject): boolean {
  return typeof id === 'string' && id.startsWith('tasks:');
}

function withoutIds(message: JsonObject, numbers: ReadonlyMap<unknown, number>): JsonObject {
  const { id: _theirs, ...rest } = message;
  const id = message.method === undefined ? 'answer' : numbers.get(message.id);
  const named = message.id === undefined ? rest : { ...rest, id };
  if (!isJsonObject(rest.params)) return named as JsonObject;
  return { ...named, params: withoutTokens(rest.params, numbers) } as JsonObject;
}

/** A call without a progress token is given one of ours: that much is added, and nothing else. */
function withoutTokens(params: JsonObject, numbers: ReadonlyMap<unknown, number>): JsonObject {
  const { requestId, _meta, ...rest } = params;
  const cancelled = requestId === undefined ? {} : { requestId: numbers.get(requestId) };
  if (!isJsonObject(_meta)) return { ...rest, ...cancelled } as JsonObject;
  const { progressToken: _token, ...meta } = _meta;
  const kept = Object.keys(meta).length > 0 ? { _meta: meta } : {};
  return { ...rest, ...cancelled, ...kept } as JsonObject;
}
