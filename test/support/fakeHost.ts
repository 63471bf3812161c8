import assert from 'node:assert/strict';
import { isJsonObject, type JsonObject } from '../../src/common/json.ts';
import { Session } from '../../src/proxy/downstream/session.ts';
import type { ProxyContext, SessionRoute } from '../../src/proxy/proxyContext.ts';
import { parsed } from './fakeChannel.ts';

/** Lets everything that is ready happen; no time passes. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** An agent's host on one connection. */
export class FakeHost {
  /** Every line the host was sent. */
  readonly lines: string[] = [];
  stderr = '';
  readonly session: Session;
  onLine: (line: string) => void = () => {};

  constructor(context: ProxyContext, route: SessionRoute) {
    this.session = new Session(context, route, {
      send: (line) => {
        this.lines.push(line);
        this.onLine(line);
      },
      stderr: (text) => {
        this.stderr += text;
      },
    });
  }

  send(message: object | string): void {
    this.session.receive(typeof message === 'string' ? message : JSON.stringify(message));
  }

  request(id: number | string, method: string, params?: object): void {
    this.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
  }

  notify(method: string, params?: object): void {
    this.send({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) });
  }

  callTool(id: number | string, name: string, rest: object = {}): void {
    this.request(id, 'tools/call', { name, arguments: {}, ...rest });
  }

  /** Greets the server, as every host does. */
  async initialize(params: object = {}): Promise<void> {
    const clientInfo = { name: 'fake host', version: '1' };
    this.request('init', 'initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo,
      ...params,
    });
    await turn();
    this.notify('notifications/initialized');
    await turn();
  }

  get messages(): JsonObject[] {
    return this.lines.map(parsed);
  }

  answersTo(id: number | string): JsonObject[] {
    return this.messages.filter((message) => message.id === id && message.method === undefined);
  }

  /** The one answer to this request. */
  answerTo(id: number | string): JsonObject {
    const [answer, ...more] = this.answersTo(id);
    assert.equal(more.length, 0, `several answers to ${id}`);
    return answer ?? assert.fail(`no answer to ${id}`);
  }

  resultOf(id: number | string): JsonObject {
    const { result } = this.answerTo(id);
    assert(isJsonObject(result), `no result: ${JSON.stringify(this.answerTo(id))}`);
    return result;
  }

  notifications(method: string): JsonObject[] {
    return this.messages.filter((message) => message.method === method);
  }
}
