import { type ClientRequest, request } from 'node:http';
import { MODERN_META } from './corpus.ts';

const AT_A_TIME = 20;
/** Then the client leaves: streams stay open, and not every request has an answer. */
const PATIENCE_MS = 300;
const PROBE_MS = 15_000;

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Received {
  readonly status: number;
  readonly session: string | undefined;
  readonly text: string;
}

/** A client of our HTTP front, in one era, which may send whatever it likes. */
export class HttpClient {
  #count = 0;
  #session: string | undefined;

  constructor(
    private readonly front: { readonly url: string; readonly token: string },
    private readonly era: 'legacy' | 'modern',
  ) {}

  async sendAll(lines: readonly string[]): Promise<void> {
    for (let at = 0; at < lines.length; at += AT_A_TIME) {
      const some = lines.slice(at, at + AT_A_TIME);
      await Promise.all(some.map((line) => this.#send(this.#mutated(line), PATIENCE_MS)));
    }
  }

  /** An ordinary call of this era. Rejects when it has no result. */
  async probe(): Promise<void> {
    if (this.era === 'legacy') await this.#openSession();
    const params = { name: 'echo', arguments: { is: 'a probe' } };
    const { status, text } = await this.#send(this.#ordinary('tools/call', params), PROBE_MS);
    if (status === 200 && text.includes('a probe')) return;
    throw new Error(`A plain call was answered with ${status}: ${text.slice(0, 500)}`);
  }

  async #openSession(): Promise<void> {
    const clientInfo = { name: 'probe', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    this.#session = undefined;
    const { session } = await this.#send(this.#ordinary('initialize', params), PROBE_MS);
    this.#session = session;
    const body = '{"jsonrpc":"2.0","method":"notifications/initialized"}';
    await this.#send({ headers: this.#headers('notifications/initialized'), body }, PROBE_MS);
  }

  #ordinary(method: string, params: Readonly<Record<string, unknown>>): Sent {
    const whole = this.era === 'modern' ? { ...params, _meta: MODERN_META } : params;
    const id = `probe-${this.#count}`;
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: whole });
    return { headers: this.#headers(method, String(params.name ?? '')), body };
  }

  #headers(method: string, name = ''): Record<string, string> {
    if (this.era === 'modern') {
      const named = name === '' ? {} : { 'Mcp-Name': name };
      return { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, ...named };
    }
    return this.#session === undefined
      ? {}
      : { 'Mcp-Session-Id': this.#session, 'MCP-Protocol-Version': '2025-11-25' };
  }

  /** Headers that fit, for most; some that do not; other verbs now and then. */
  #mutated(line: string): Sent {
    this.#count += 1;
    const kind = this.#count % 20;
    const method = /"method":"([\w/]+)"/.exec(line)?.[1] ?? '';
    const name = /"(?:name|uri|taskId)":"([^"\\]{1,40})"/.exec(line)?.[1] ?? '';
    const headers = this.#headers(method, /^[\x21-\x7e]*$/.test(name) ? name : '');
    if (kind === 0) return { body: line };
    if (kind === 1)
      return { method: 'GET', headers: { ...headers, 'Last-Event-ID': '1-1' }, body: '' };
    if (kind === 2)
      return { headers: { ...headers, 'Mcp-Method': 'x', 'Mcp-Name': '=?base64?!?=' }, body: line };
    if (kind === 3)
      return { headers: { ...headers, 'MCP-Protocol-Version': '1999-01-01' }, body: line };
    if (kind === 4) return { headers: { ...headers, 'Content-Type': 'text/plain' }, body: line };
    if (kind === 5)
      return { headers: { ...headers, 'Mcp-Session-Id': 'x'.repeat(200) }, body: line };
    return { headers, body: line };
  }

  /** Never rejects: a connection that broke off is an answer, too. */
  #send({ method = 'POST', headers, body }: Sent, patienceMs: number): Promise<Received> {
    return new Promise((resolve) => {
      let status = 0;
      let session: string | undefined;
      let text = '';
      const sent: ClientRequest = request(this.front.url, { method, headers: this.#all(headers) });
      const end = () => {
        clearTimeout(timer);
        sent.destroy();
        resolve({ status, session, text });
      };
      const timer = setTimeout(end, patienceMs);
      sent.once('error', end).once('response', (response) => {
        status = response.statusCode ?? 0;
        session = response.headers['mcp-session-id']?.toString();
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('close', end);
      });
      sent.end(body);
    });
  }

  #all(headers: Sent['headers']): Record<string, string> {
    return {
      Authorization: `Bearer ${this.front.token}`,
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      ...headers,
    };
  }
}
