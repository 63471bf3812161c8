import assert from 'node:assert/strict';
import { isJsonObject, type JsonObject } from '../../src/common/json.ts';
import { isHandleId } from '../../src/registry/handleId.ts';
import type { RoutePolicy } from '../../src/registry/policy.ts';
import type { HandleId } from '../../src/registry/taskRecord.ts';
import type { Script } from './fakeChannel.ts';
import { type FakeHost, turn } from './fakeHost.ts';
import { d3 } from './modernRequest.ts';
import { ProxyStage } from './proxyStage.ts';

const LEGACY_SERVER = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'fake server', version: '1' },
};

const answersInitialize: Script = ({ method }) =>
  method === 'initialize' ? LEGACY_SERVER : undefined;

const answersDiscover: Script = ({ method }) =>
  method === 'server/discover'
    ? { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }
    : undefined;

/** A stage whose servers are modern ones without tasks. */
export function modernStage(): ProxyStage {
  const stage = new ProxyStage();
  stage.script = answersDiscover;
  return stage;
}

/** A host of 2025-11-25 that has been offered tasks (D1). */
export async function d1Host(policy: RoutePolicy = {}) {
  const stage = new ProxyStage();
  stage.script = answersInitialize;
  const host = stage.connect({ nativeTasks: 'optional', ...policy });
  await host.initialize({ protocolVersion: '2025-11-25' });
  return { stage, host };
}

/** A D1 host with one running task. */
export async function withLegacyTask(policy: RoutePolicy = {}) {
  const { stage, host } = await d1Host(policy);
  host.callTool('call', 'build', { task: { ttl: 60_000 }, _meta: { progressToken: 'p' } });
  await turn();
  const { task } = host.resultOf('call');
  assert(isJsonObject(task) && isHandleId(task.taskId), JSON.stringify(host.lines));
  return { stage, host, handle: task.taskId, upstreamId: stage.server.last('tools/call').id };
}

/** A modern host that takes tasks (D3), with one running task. */
export async function withModernTask(policy: RoutePolicy = {}) {
  const stage = modernStage();
  const host = stage.connect({ policy: 'always', ...policy });
  host.request('call', 'tools/call', d3({ name: 'build', arguments: {} }));
  await turn();
  const { taskId } = host.resultOf('call');
  assert(isHandleId(taskId), JSON.stringify(host.lines));
  return { stage, host, handle: taskId, upstreamId: stage.server.last('tools/call').id };
}

let lastId = 0;

/** Asks and gives back the answer, once everything that is ready has happened. */
export async function ask(host: FakeHost, method: string, params: object): Promise<JsonObject> {
  lastId += 1;
  const id = `ask-${lastId}`;
  host.request(id, method, params);
  await turn();
  return host.answerTo(id);
}

/** As `ask`, of a request that succeeds. */
export async function resultOf(
  host: FakeHost,
  method: string,
  params: object,
): Promise<JsonObject> {
  const { result, error } = await ask(host, method, params);
  assert(isJsonObject(result), JSON.stringify(error));
  return result;
}

/** As `ask`, of a request that fails. */
export async function errorOf(
  host: FakeHost,
  method: string,
  params: object,
): Promise<{ code: unknown; message: unknown; data?: unknown }> {
  const { error } = await ask(host, method, params);
  assert(isJsonObject(error), `no error to ${method}`);
  const { code, message, data } = error;
  return { code, message, ...(data === undefined ? {} : { data }) };
}

/** A handle that was never issued. */
export const NO_HANDLE: HandleId = `th_${'b'.repeat(26)}`;
