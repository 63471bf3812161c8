import assert from 'node:assert/strict';
import { isJsonObject, type JsonObject } from '../../src/common/json.ts';
import { type FakeHost, turn } from './fakeHost.ts';
import { handleIn, ProxyStage } from './proxyStage.ts';

/** A host with one running task. */
export async function withTask() {
  const stage = new ProxyStage();
  const host = await stage.greeted({ policy: 'always' });
  host.callTool('call', 'build');
  await turn();
  const handle = handleIn(host.resultOf('call'));
  const upstreamId = stage.server.last('tools/call').id;
  return { stage, host, handle, upstreamId };
}

/** Calls the poll tool. */
export function poll(host: FakeHost, id: string, given: object, rest: object = {}): void {
  host.callTool(id, 'task_poll', { arguments: given, ...rest });
}

/** What of a tool's result is structured. */
export function structured(result: JsonObject): JsonObject {
  assert(isJsonObject(result.structuredContent), JSON.stringify(result));
  return result.structuredContent;
}
