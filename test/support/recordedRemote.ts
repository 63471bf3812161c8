import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { serveHttp } from './remoteServer.ts';

export interface RecordedRemote {
  readonly url: string;
  /** The method of each message that came, in order. */
  readonly methods: string[];
}

/** Passes everything on to the server at `target`, and notes what is asked. */
export async function recordedRemote(t: TestContext, target: string): Promise<RecordedRemote> {
  const methods: string[] = [];
  const url = await serveHttp(t, (request, body, response) => {
    if (body !== '') methods.push(String((JSON.parse(body) as { method?: unknown }).method));
    const leaving = new AbortController();
    response.once('close', () => leaving.abort());
    const { host: _host, connection: _connection, ...headers } = request.headers;
    delete headers['content-length'];
    const { method = 'GET' } = request;
    fetch(target, {
      method,
      headers: headers as Record<string, string>,
      body: body === '' ? null : body,
      signal: leaving.signal,
    })
      .then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(passed(answer.headers)));
        response.flushHeaders();
        if (answer.body === null) response.end();
        else {
          const stream = Readable.fromWeb(answer.body as never);
          stream.on('error', () => response.destroy());
          stream.pipe(response);
          await once(stream, 'close');
        }
      })
      .catch(() => response.destroy());
  });
  return { url, methods };
}

function passed(headers: Headers): [string, string][] {
  return [...headers].filter(
    ([name]) =>
      !/^(content-length|transfer-encoding|connection|content-encoding|keep-alive)$/.test(name),
  );
}
