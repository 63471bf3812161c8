import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FrontParams } from '../../brokerApi/brokerProtocol.ts';
import { ControlClient } from '../../brokerApi/controlClient.ts';
import { type HomePaths, resolveHome } from '../../brokerApi/home.ts';
import { freshToken, keptToken, writeToken } from '../../brokerApi/tokenFile.ts';
import { messageOf } from '../../common/errors.ts';
import { PRODUCT } from '../../common/product.ts';
import { connectHello } from '../connect/connectHello.ts';
import { hideArguments } from '../connect/hideArguments.ts';
import { ExitCode } from '../exitCode.ts';
import { parseServeOptions, type ServeOptions } from './serveOptions.ts';

const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** How long the broker may take to close the port when we leave. */
const CLOSE_MS = 2_000;

/** `serve`: keeps an HTTP front open until a signal ends it. Rejects when it cannot be opened. */
export async function serve(argv: readonly string[], distFolder: string): Promise<ExitCode> {
  const options = parseServeOptions(argv);
  hideArguments('serve', options.connect);
  const serving = new Serving(options, distFolder);
  for (const signal of ENDINGS) process.once(signal, () => serving.end());
  return await serving.run();
}

class Serving {
  readonly #paths: HomePaths;
  readonly #leaving = new AbortController();
  readonly #token: string;
  /** What is opened again after a broker has gone: the same port, the same token. */
  #front: FrontParams;
  #ownTokenFile: string | null = null;

  constructor(
    private readonly options: ServeOptions,
    private readonly distFolder: string,
  ) {
    const { connect, tokenFile, port } = options;
    this.#paths = resolveHome({ home: connect.home });
    this.#token = tokenFile === null ? freshToken() : keptToken(resolve(tokenFile));
    this.#front = frontOf(options, { port, token: this.#token });
  }

  end(): void {
    this.#leaving.abort();
  }

  async run(): Promise<ExitCode> {
    const { signal } = this.#leaving;
    let client: ControlClient | undefined;
    try {
      client = await this.#open();
      this.#tell();
      while (await this.#isLost(client)) {
        say('the broker is gone; serving again as soon as there is one.');
        client = await this.#reopen();
        say('serving again.');
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      client?.dispose();
      if (this.#ownTokenFile !== null) rmSync(this.#ownTokenFile, { force: true });
    }
    return ExitCode.done;
  }

  async #open(): Promise<ControlClient> {
    const { signal } = this.#leaving;
    const start = { distFolder: this.distFolder };
    const client = await ControlClient.open({
      paths: this.#paths,
      client: 'terminal',
      start,
      signal,
    });
    try {
      const { url } = await client.request('fronts/open', this.#front);
      this.#front = { ...this.#front, port: Number(new URL(url).port) };
      return client;
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  /** For as long as it takes; why it fails is told when that changes. */
  async #reopen(): Promise<ControlClient> {
    let told = '';
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      await pause(pauseMs, undefined, { signal: this.#leaving.signal });
      try {
        return await this.#open();
      } catch (error) {
        if (messageOf(error) !== told) say(messageOf(error));
        told = messageOf(error);
      }
    }
  }

  /** Waits for the end: true when the broker has gone, false when we have been told to. */
  async #isLost(client: ControlClient): Promise<boolean> {
    const { signal } = this.#leaving;
    const isLost = await new Promise<boolean>((resolve) => {
      client.onClose(() => resolve(true));
      signal.addEventListener('abort', () => resolve(false));
      if (signal.aborted) resolve(false);
    });
    if (!isLost) await this.#close(client);
    client.dispose();
    return isLost;
  }

  async #close(client: ControlClient): Promise<void> {
    const closed = client.request('fronts/close', { url: this.#url }).catch(() => {});
    await Promise.race([closed, pause(CLOSE_MS, undefined, { ref: false })]);
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#front.port}/mcp`;
  }

  #tell(): void {
    const { connect, printToken } = this.options;
    const file = this.#tokenPlace();
    process.stdout.write(`Server \`${connect.route}\` is served at ${this.#url}\n`);
    process.stdout.write(
      `Its clients send "Authorization: Bearer TOKEN"; the token lies in ${file}\n`,
    );
    if (printToken) process.stdout.write(`Token: ${this.#token}\n`);
  }

  /** A token of this run alone goes with it. */
  #tokenPlace(): string {
    const { tokenFile } = this.options;
    if (tokenFile !== null) return resolve(tokenFile);
    const own = join(this.#paths.root, `serve-${this.#front.port}.token`);
    writeToken(own, this.#token);
    this.#ownTokenFile = own;
    return own;
  }
}

function frontOf(
  { connect }: ServeOptions,
  { port, token }: Pick<FrontParams, 'port' | 'token'>,
): FrontParams {
  const hello = connectHello(connect);
  if (hello.role !== 'connect') throw new TypeError('connect says hello as another role');
  const { role: _role, ...route } = hello;
  return { ...route, port, ...(token !== undefined && { token }) };
}

/** One line for a person, beside what is printed. */
function say(text: string): void {
  process.stderr.write(`${PRODUCT}: ${text}\n`);
}
