import assert from 'node:assert/strict';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { TestContext } from 'node:test';
import type { JsonObject } from '../../src/common/json.ts';
import { HttpFront } from '../../src/proxy/downstream/http/httpFront.ts';
import type { RoutePolicy } from '../../src/registry/policy.ts';
import { parsed, type Script } from './fakeChannel.ts';
import { waitFor } from './processes.ts';
import { greets, ProxyStage } from './proxyStage.ts';

export const TOKEN = 'a-token-for-tests-alone';
export const MODERN = '2026-07-28';
const DEADLINE_MS = 10_000;

export type Headers = Readonly<Record<string, string>>;

const greetsBothEras: Script = (request) => {
  if (request.method !== 'server/discover') return greets(request);
  return { resultType: 'complete', supportedVersions: [MODERN], capabilities: { tools: {} } };
};

/** The envelope of a modern request. */
export function envelope(name = 'modern client', capabilities: object = {}): object {
  return {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientInfo': { name, version: '2' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
}

/** One HTTP exchange as a client sees it. */
export class Exchange {
  text = '';
  isOver = false;
  response: IncomingMessage | null = null;

  constructor(readonly request: ClientRequest) {
    request.on('error', () => {
      this.isOver = true;
    });
    request.on('response', (response) => {
      this.response = response;
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        this.text += part;
      });
      response.on('close', () => {
        this.isOver = true;
      });
    });
  }

  async head(): Promise<IncomingMessage> {
    return await waitFor(() => this.response, DEADLINE_MS, 'a response');
  }

  async status(): Promise<number> {
    return (await this.head()).statusCode ?? 0;
  }

  /** Everything, once it has ended. */
  async end(): Promise<string> {
    await waitFor(() => this.isOver, DEADLINE_MS, 'the end of the response');
    return this.text;
  }

  async json(): Promise<JsonObject> {
    return parsed(await this.end());
  }

  async errorCode(): Promise<number> {
    const { error } = await this.json();
    return (error as { code: number }).code;
  }

  /** The messages that have come as events so far. */
  get messages(): JsonObject[] {
    return this.events.filter(({ data }) => data !== '').map(({ data }) => parsed(data));
  }

  get events(): { id: string | undefined; data: string }[] {
    const blocks = this.text.split('\n\n').filter((block) => block.includes('data:'));
    return blocks.map((block) => ({
      id: /^id: (.*)$/m.exec(block)?.[1],
      data: /^data: ?(.*)$/m.exec(block)?.[1] ?? '',
    }));
  }

  async message(is: (message: JsonObject) => boolean): Promise<JsonObject> {
    return await waitFor(() => this.messages.find(is), DEADLINE_MS, 'a message');
  }

  drop(): void {
    this.request.destroy();
  }
}

/** An HTTP front on a real socket before fake servers, in a time of its own. */
export class HttpStage {
  private constructor(
    readonly stage: ProxyStage,
    readonly front: HttpFront,
  ) {}

  static async open(t: TestContext, policy: RoutePolicy = {}): Promise<HttpStage> {
    const stage = new ProxyStage();
    stage.script = greetsBothEras;
    const definition = { command: 'server', args: [], cwd: null, env: {} };
    const route = { name: 'r', workspace: null, definition, policy: () => policy };
    const { context } = stage;
    const routeAt = (path: string) => (path === '/mcp' ? route : null);
    const front = await HttpFront.open({ context, port: 0, token: TOKEN, routeAt });
    t.after(() => front.dispose());
    return new HttpStage(stage, front);
  }

  send(method: string, headers: Headers = {}, body = ''): Exchange {
    const { port } = this.front;
    const all = {
      Authorization: `Bearer ${TOKEN}`,
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      ...headers,
    };
    const sent = request({ host: '127.0.0.1', port, path: '/mcp', method, headers: all });
    const exchange = new Exchange(sent);
    sent.end(body);
    return exchange;
  }

  /** A POST of this message. */
  post(message: object, headers: Headers = {}): Exchange {
    return this.send('POST', headers, JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  /** A modern request with everything that belongs to it. */
  ask(
    id: number | string,
    method: string,
    params: JsonObject = {},
    headers: Headers = {},
  ): Exchange {
    const name = params.name ?? params.uri ?? params.taskId;
    return this.post(
      { id, method, params: { _meta: envelope(), ...params } },
      {
        'MCP-Protocol-Version': MODERN,
        'Mcp-Method': method,
        ...(typeof name === 'string' && { 'Mcp-Name': name }),
        ...headers,
      },
    );
  }

  /** A legacy session that has been greeted; answers its header. */
  async greeted(): Promise<Headers> {
    const clientInfo = { name: 'legacy client', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const greeting = this.post({ id: 'init', method: 'initialize', params });
    const id = (await greeting.head()).headers['mcp-session-id'];
    assert.equal(typeof id, 'string');
    const session = { 'Mcp-Session-Id': String(id), 'MCP-Protocol-Version': '2025-11-25' };
    await greeting.end();
    assert.equal(await this.post({ method: 'notifications/initialized' }, session).status(), 202);
    return session;
  }

  /** Waits until the server was sent the n-th message of this method. */
  async sent(method: string, count = 1): Promise<JsonObject> {
    return await waitFor(
      () => this.stage.channels.flatMap((channel) => channel.all(method))[count - 1],
      DEADLINE_MS,
      `${count} × ${method} at the server`,
    );
  }
}
