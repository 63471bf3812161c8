import type { JsonObject } from '../../../src/common/json.ts';
import type { AnswerRequest, RecordingHost } from './recordingHost.ts';

const CAPABILITIES = {
  roots: { listChanged: true },
  sampling: {},
  elicitation: { form: {}, url: {} },
  tasks: {
    list: {},
    cancel: {},
    requests: { sampling: { createMessage: {} }, elicitation: { create: {} } },
  },
  experimental: { 'x-of-a-later-version': { deep: [1, 2, { three: null }] } },
};

const RESOURCE = 'demo://resource/dynamic/text/1';
const TASK = {
  taskId: 'a-task-of-the-client',
  createdAt: '2026-01-01T00:00:00Z',
  lastUpdatedAt: '2026-01-01T00:00:00Z',
  ttl: null,
  pollInterval: 100,
};

const SAMPLE = { role: 'assistant', model: 'm', content: { type: 'text', text: 'A sample.' } };

/** What the host's person and model answer; requests with `task` are made tasks of the client. */
export const answerEverything: AnswerRequest = (method, params) => {
  if (params.task !== undefined) return { task: { ...TASK, status: 'working' } };
  if (method === 'roots/list') return { roots: [{ uri: 'file:///a-root', name: 'A root' }] };
  if (method === 'sampling/createMessage') return SAMPLE;
  if (method === 'elicitation/create') {
    return params.mode === 'url'
      ? { action: 'accept' }
      : { action: 'accept', content: { name: 'Ann' } };
  }
  if (method === 'tasks/get') return { ...TASK, status: 'completed' };
  if (method === 'tasks/result') return { ...SAMPLE, action: 'decline' };
  return {};
};

const call = (host: RecordingHost, name: string, args: JsonObject = {}, more: JsonObject = {}) =>
  host.request('tools/call', { name, arguments: args, ...more });

async function open(host: RecordingHost): Promise<void> {
  await host.request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: CAPABILITIES,
    clientInfo: { name: 'recorder', version: '1', title: 'A recorder', icons: [] },
  });
  await host.notify('notifications/initialized');
  // The server asks for the roots, and says when it has them.
  await host.expect('notifications/message');
  await host.request('ping');
}

async function callTools(host: RecordingHost): Promise<void> {
  await host.request('tools/list');
  await call(host, 'echo', { message: 'ü "quoted" \\ \u2028 😀' });
  await call(host, 'echo', { message: 7 });
  await call(host, 'no-such-tool');
  await call(host, 'get-sum', { a: 2, b: 3 });
  await call(host, 'get-tiny-image');
  await call(host, 'get-annotated-message', { messageType: 'error', includeImage: true });
  await call(host, 'get-resource-links', { count: 3 });
  await call(host, 'get-resource-reference', { resourceType: 'Text', resourceId: 1 });
  await call(host, 'get-structured-content', { location: 'Chicago' });
  const data = 'data:text/plain;base64,aGVsbG8=';
  await call(host, 'gzip-file-as-resource', { name: 'a.gz', data, outputType: 'resource' });
  await call(host, 'gzip-file-as-resource', { name: 'b.gz', data, outputType: 'resourceLink' });
}

async function callLongTools(host: RecordingHost): Promise<void> {
  const args = { duration: 1, steps: 4 };
  const tool = 'trigger-long-running-operation';
  await call(host, tool, args, { _meta: { progressToken: 'a-token', 'x/y': { z: 1 } } });
  await call(host, tool, args, { _meta: { progressToken: 0 } });
  await call(host, tool, { duration: 0.2, steps: 2 });
  const requestId = await host.start('tools/call', {
    name: tool,
    arguments: { duration: 1, steps: 1 },
  });
  await host.notify('notifications/cancelled', { requestId, reason: 'changed its mind' });
  await host.request('ping');
}

async function beAsked(host: RecordingHost): Promise<void> {
  await call(host, 'get-roots-list');
  await call(host, 'trigger-sampling-request', { prompt: 'Say something', maxTokens: 7 });
  await call(host, 'trigger-elicitation-request');
  const url = { url: 'https://example.com/', message: 'Open it', elicitationId: 'an-elicitation' };
  await call(host, 'trigger-url-elicitation', url);
  await call(host, 'trigger-url-elicitation', { ...url, errorPath: true });
  await call(host, 'trigger-sampling-request-async', { prompt: 'Later', maxTokens: 7 });
  await call(host, 'trigger-elicitation-request-async');
  await host.notify('notifications/roots/list_changed');
  await host.expect('roots/list');
  await host.expect('notifications/message');
  await host.request('ping');
}

async function readAll(host: RecordingHost): Promise<void> {
  await host.request('prompts/list');
  await host.request('prompts/get', { name: 'simple-prompt' });
  const args = { city: 'Bern', state: 'BE' };
  await host.request('prompts/get', { name: 'args-prompt', arguments: args });
  await host.request('prompts/get', { name: 'args-prompt', arguments: {} });
  await host.request('completion/complete', {
    ref: { type: 'ref/prompt', name: 'completable-prompt' },
    argument: { name: 'department', value: 'E' },
  });
  await host.request('completion/complete', {
    ref: { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' },
    argument: { name: 'resourceId', value: '1' },
  });
  await host.request('resources/list');
  await host.request('resources/list', { cursor: 'no-such-cursor' });
  await host.request('resources/templates/list');
  await host.request('resources/read', { uri: RESOURCE });
  await host.request('resources/read', { uri: 'demo://resource/dynamic/blob/2' });
  await host.request('resources/read', { uri: 'demo://resource/static/document/features.md' });
  await host.request('resources/read', { uri: 'demo://no-such-resource' });
}

async function listen(host: RecordingHost): Promise<void> {
  await host.request('logging/setLevel', { level: 'debug' });
  await host.request('logging/setLevel', { level: 'no-such-level' });
  await host.request('resources/subscribe', { uri: RESOURCE });
  await call(host, 'toggle-subscriber-updates');
  await host.expect('notifications/resources/updated');
  await call(host, 'toggle-subscriber-updates');
  await host.request('resources/unsubscribe', { uri: RESOURCE });
  await call(host, 'toggle-simulated-logging');
  await call(host, 'toggle-simulated-logging');
}

/** What no version of the protocol names passes, too. */
async function sendUnknown(host: RecordingHost): Promise<void> {
  await host.notify('notifications/x-of-a-later-version', { deep: { list: [1, null] } });
  await host.request('x-of-a-later-version/do', { some: 'params' });
  await host.request('x-without-params');
  await call(host, 'get-sum', { a: 1, b: 1 }, { 'x-member': [{ a: 'b' }], _meta: { 'x/y': 1 } });
}

/**
 * Every feature of `server-everything`, one after the other. Left out: `get-env` (ours has an owner
 * mark in it) and `simulate-research-query` (a task of the upstream's, which we hide).
 */
export async function tourEverything(host: RecordingHost): Promise<void> {
  await open(host);
  await callTools(host);
  await callLongTools(host);
  await beAsked(host);
  await readAll(host);
  await listen(host);
  await sendUnknown(host);
}
