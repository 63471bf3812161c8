import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/common/json.ts';
import { withUpstreamTasks } from '../../src/proxy/upstream/tasks/withUpstreamTasks.ts';
import type { RemoteNews, UpstreamChannel } from '../../src/proxy/upstream/upstreamChannel.ts';
import { FakeChannel, parsed, type Script } from './fakeChannel.ts';
import { FakeClock } from './fakeClock.ts';
import { turn } from './fakeHost.ts';

export const LEGACY_TASKS = { list: {}, cancel: {}, requests: { tools: { call: {} } } };
export const EXTENSION = 'io.modelcontextprotocol/tasks';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  [CAPABILITIES]: {},
};
export const TEXT_RESULT = { content: [{ type: 'text', text: 'done' }] };

/** A fake server with tasks below the layer, and a test above it. */
export class TaskStage {
  readonly clock = new FakeClock();
  readonly server: FakeChannel;
  readonly layer: UpstreamChannel;
  /** What came up through the layer. */
  readonly lines: string[] = [];
  readonly remotes: RemoteNews[] = [];

  constructor(script: Script = () => undefined, era?: 'legacy' | 'modern') {
    this.server = new FakeChannel(script);
    const known = era === undefined ? {} : { era };
    this.layer = withUpstreamTasks(this.server, { clock: this.clock, ...known });
    this.layer.onLine((line) => this.lines.push(line));
    this.layer.onRemote((news) => this.remotes.push(news));
  }

  /** A server of 2025-11-25 that has introduced itself and its tools. */
  static async legacy(tools: object[] = [tool('slow', 'required')]): Promise<TaskStage> {
    const stage = new TaskStage();
    await stage.ask(1, 'initialize', {}, { capabilities: { tools: {}, tasks: LEGACY_TASKS } });
    await stage.ask(2, 'tools/list', {}, { tools });
    return stage;
  }

  /** A server of 2026-07-28 that has introduced itself. */
  static async modern(): Promise<TaskStage> {
    const stage = new TaskStage();
    const capabilities = { tools: {}, extensions: { [EXTENSION]: {} } };
    await stage.ask(1, 'server/discover', { _meta: ENVELOPE }, { capabilities });
    return stage;
  }

  send(message: object): void {
    this.layer.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  /** A request that the server answers at once. */
  async ask(id: number, method: string, params: object, result: object): Promise<void> {
    this.send({ id, method, params });
    this.server.answer(id, result);
    await turn();
  }

  /** A call that the server makes a task of. */
  legacyTask(id: number, task: object = {}): void {
    this.send({ id, method: 'tools/call', params: { name: 'slow', _meta: { progressToken: id } } });
    const created = { taskId: 't1', status: 'working', pollInterval: 1000, ...task };
    this.server.answer(id, { task: created });
  }

  modernTask(id: number, task: object = {}): void {
    this.modernCall(id);
    const created = { taskId: 't1', status: 'working', pollIntervalMs: 1000, ...task };
    this.server.answer(id, { resultType: 'task', ...created });
  }

  modernCall(id: number, more: object = {}): void {
    const params = { name: 'slow', _meta: { ...ENVELOPE, progressToken: id }, ...more };
    this.send({ id, method: 'tools/call', params });
  }

  /** Time passes until the next poll, which the server answers so. */
  async poll(task: object): Promise<void> {
    const before = this.server.all('tasks/get').length;
    this.clock.advance(1000);
    assert.equal(this.server.all('tasks/get').length, before + 1, 'nothing was polled');
    this.answerLast('tasks/get', { taskId: 't1', pollInterval: 1000, ...task });
    await turn();
  }

  answerLast(method: string, result: object): void {
    this.server.answer(this.server.last(method).id, result);
  }

  refuseLast(method: string, code: number, message: string): void {
    const { id } = this.server.last(method);
    this.server.print({ jsonrpc: '2.0', id, error: { code, message } });
  }

  get messages(): JsonObject[] {
    return this.lines.map(parsed);
  }

  answersTo(id: number): JsonObject[] {
    return this.messages.filter((message) => message.id === id && message.method === undefined);
  }

  answerTo(id: number): JsonObject {
    const [answer, ...more] = this.answersTo(id);
    assert.equal(more.length, 0, `several answers to ${id}`);
    return answer ?? assert.fail(`no answer to ${id}`);
  }

  errorOf(id: number): { code: number; message: string } {
    const { error } = this.answerTo(id);
    return error as { code: number; message: string };
  }

  progressOf(token: number): object[] {
    return this.messages
      .filter(({ method }) => method === 'notifications/progress')
      .map(({ params }) => params as JsonObject)
      .filter(({ progressToken }) => progressToken === token)
      .map(({ progressToken: _token, ...rest }) => rest);
  }
}

export function tool(name: string, taskSupport?: string): object {
  const execution = taskSupport === undefined ? {} : { execution: { taskSupport } };
  return { name, inputSchema: { type: 'object' }, ...execution };
}
