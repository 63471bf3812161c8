import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { resolveHome } from '../../brokerApi/home.ts';
import { openLink } from '../../brokerApi/openLink.ts';
import { systemClock } from '../../common/clock.ts';
import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import { PRODUCT } from '../../common/product.ts';
import { connectHello } from './connectHello.ts';
import type { CommandLine, ConnectOptions } from './connectOptions.ts';
import { refusalWithoutBroker } from './connectRefusal.ts';
import { ConnectSession } from './connectSession.ts';
import { runDirectly } from './directRun.ts';
import { failOpenLock } from './failOpenLock.ts';
import { errorLine, RpcCode } from './hostAnswers.ts';
import { LineWire } from './lineWire.ts';
import { LinkKeeper } from './linkKeeper.ts';

export interface HostStreams {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
}

/** Longer than a broker takes to start on a busy machine, shorter than a request waits. */
const OPEN_TIMEOUT_MS = 15_000;
/** How long the last bytes may take to leave. */
const FLUSH_MS = 1_000;
const ERRORS_FULL_BYTES = 1024 * 1024;
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const START_FAILURES: ReadonlySet<string> = new Set([
  'broker_start_failed',
  'home_not_writable',
  'socket_path_too_long',
]);

/** Serves one host until it leaves; answers the exit code. */
export function connect(
  options: ConnectOptions,
  { distFolder, host }: { distFolder: string; host: HostStreams },
): Promise<number> {
  return new Promise((resolve) => new Connect(options, { distFolder, host, resolve }).start());
}

interface Surroundings {
  readonly distFolder: string;
  readonly host: HostStreams;
  readonly resolve: (exitCode: number) => void;
}

/** Joins the host's wire, the link's wire and the session between them. */
class Connect {
  readonly #host: LineWire;
  readonly #session: ConnectSession;
  readonly #keeper: LinkKeeper;
  #link: LineWire | undefined;
  #hasBeenUp = false;
  #lastFailure = '';
  #isDirect = false;
  #isEnding = false;

  constructor(
    private readonly options: ConnectOptions,
    private readonly around: Surroundings,
  ) {
    const { input, output } = around.host;
    this.#session = new ConnectSession({
      toHost: (line) => this.#host.send(line),
      toLink: (line) => this.#link?.send(line),
      toStderr: (text) => this.#print(text),
      dropLink: () => this.#keeper.socket?.destroy(),
      clock: systemClock,
    });
    this.#host = new LineWire({
      input,
      output,
      onLine: (line) => this.#session.fromHost(line),
      onChunk: () => this.#link?.holdsBack(input),
      onTooLong: () => this.#refuseTooLong(),
    });
    this.#keeper = new LinkKeeper({
      open: (signal) => this.#open(signal),
      onUp: (socket) => this.#up(socket),
      onDown: () => this.#down(),
      onFailure: (error) => this.#failed(error),
      clock: systemClock,
    });
  }

  start(): void {
    const { input, output, errors } = this.around.host;
    const end = () => void this.#end();
    input.once('end', end).once('close', end).once('error', end);
    output.on('error', end);
    errors.on('error', () => {});
    for (const signal of ENDINGS) process.on(signal, end);
    // The host would not start us again: whatever goes wrong in here, the next line is served.
    process.on('uncaughtException', (error) => this.#say(`internal error: ${messageOf(error)}`));
    this.#keeper.start();
  }

  async #open(signal: AbortSignal): Promise<Socket> {
    const { home } = this.options;
    const { socket } = await openLink({
      paths: resolveHome({ home }),
      hello: connectHello(this.options),
      start: { distFolder: this.around.distFolder },
      timeoutMs: OPEN_TIMEOUT_MS,
      signal,
    });
    return socket;
  }

  #up(socket: Socket): void {
    if (this.#hasBeenUp) this.#say('connected to the broker again.');
    this.#hasBeenUp = true;
    this.#lastFailure = '';
    this.#link = new LineWire({
      input: socket,
      output: socket,
      onLine: (line) => this.#session.fromLink(line),
      onChunk: () => {
        this.#keeper.proved();
        this.#host.holdsBack(socket);
      },
      onTooLong: () => socket.destroy(),
    });
    this.#session.linkOpened();
  }

  #down(): void {
    this.#link?.dispose();
    this.#link = undefined;
    // It may have been held back by the link that is gone.
    this.around.host.input.resume();
    this.#say('the connection to the broker broke; connecting again.');
    this.#session.linkLost();
  }

  /** Answers whether to try again. */
  #failed(error: unknown): boolean {
    const couldNotStart = TaskHandlesError.is(error) && START_FAILURES.has(error.code);
    const { commandLine, route } = this.options;
    const mayOpen = couldNotStart && !this.#hasBeenUp && commandLine !== undefined;
    const refusal = couldNotStart ? refusalWithoutBroker(this.options) : null;
    const lock = refusal ?? (mayOpen ? failOpenLock(route) : null);
    if (mayOpen && lock === null) {
      this.#failOpen(commandLine, messageOf(error));
      return false;
    }
    const why = refusal ?? (lock === null ? this.#whyDown(error) : `${messageOf(error)} ${lock}`);
    this.#sayOnce(why);
    if (couldNotStart && !this.#hasBeenUp) this.#session.failWaiting(why);
    else this.#session.linkFailed(why);
    return true;
  }

  #whyDown(error: unknown): string {
    if (this.options.remote === undefined) return messageOf(error);
    return `${messageOf(error)} A server at a url is reached through the broker only.`;
  }

  #failOpen(commandLine: CommandLine, reason: string): void {
    const { host, resolve } = this.around;
    this.#isDirect = true;
    this.#say(`${reason} Running \`${commandLine.command}\` directly: calls are not tracked.`);
    const rest = this.#host.takeRest();
    const lines = this.#session.takeWaiting().map((line) => `${line}\n`);
    this.#host.flush();
    for (const signal of ENDINGS) process.removeAllListeners(signal);
    const head = Buffer.concat([Buffer.from(lines.join('')), rest]);
    const toStderr = (text: string) => this.#say(text);
    void runDirectly({ commandLine, head, input: host.input, toStderr }).then(resolve);
  }

  async #end(): Promise<void> {
    if (this.#isDirect || this.#isEnding) return;
    this.#isEnding = true;
    const { socket } = this.#keeper;
    this.#keeper.dispose();
    this.#takeLastLine();
    this.#session.dispose();
    this.#host.flush();
    this.#link?.flush();
    await Promise.all([flushed(this.around.host.output), socket && closed(socket)]);
    this.around.resolve(0);
  }

  /** A host may leave without a newline after its last words. */
  #takeLastLine(): void {
    const rest = this.#host.takeRest();
    if (rest.length > 0) this.#session.fromHost(rest.toString('utf8'));
  }

  #refuseTooLong(): void {
    const message = 'This message is too long; it was refused.';
    const failure = { code: RpcCode.invalid, message, localCode: 'invalid_message' };
    this.#host.send(errorLine(null, failure));
  }

  #say(text: string): void {
    this.#print(`${PRODUCT}: ${text}\n`);
  }

  /** Attempts go on for ever; what they fail of is told when it changes. */
  #sayOnce(text: string): void {
    if (text !== this.#lastFailure) this.#say(text);
    this.#lastFailure = text;
  }

  #print(text: string): void {
    const { errors } = this.around.host;
    // A host that does not read our stderr must not cost us its memory.
    if (errors.writableLength > ERRORS_FULL_BYTES) return;
    errors.write(text.endsWith('\n') ? text : `${text}\n`);
  }
}

/** Resolves when all bytes have left, or cannot leave any more. */
function flushed(output: Writable): Promise<void> {
  return bounded((done) => output.write('', done));
}

function closed(socket: Socket): Promise<void> {
  return bounded((done) => socket.end(done));
}

function bounded(run: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, FLUSH_MS).unref();
    run(() => resolve());
  });
}
