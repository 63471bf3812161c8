import { randomBytes } from 'node:crypto';
import { CONTROL_PROTOCOL, type Hello } from '../brokerApi/brokerProtocol.ts';
import {
  type Endpoint,
  readEndpoint,
  retractEndpoint,
  writeEndpoint,
} from '../brokerApi/endpointFile.ts';
import type { HomePaths } from '../brokerApi/home.ts';
import { claimSocketPath, socketPlaceOf } from '../brokerApi/socketPath.ts';
import { systemClock } from '../common/clock.ts';
import { VERSION } from '../common/product.ts';
import type { BrokerLock } from './brokerLock.ts';
import type { BrokerLog } from './brokerLog.ts';
import { type BrokerParts, createBrokerParts } from './brokerParts.ts';
import { BrokerServer } from './brokerServer.ts';
import { IdleExit } from './idleExit.ts';
import { isNewerVersion } from './isNewerVersion.ts';

export interface BrokerProcessOptions {
  readonly paths: HomePaths;
  readonly lock: BrokerLock;
  readonly log: BrokerLog;
  readonly idleExitMs: number;
}

const CHECK_MS = 2_000;
/** However long the parts take to shut down, the process ends. */
const LEAVE_LIMIT_MS = 15_000;

/** The life of a process that owns a home: load, listen, publish; retract, drain, exit. */
export class BrokerProcess {
  readonly #options: BrokerProcessOptions;
  readonly #token = randomBytes(32).toString('hex');
  #parts: BrokerParts | undefined;
  #server: BrokerServer | undefined;
  #idle: IdleExit | undefined;
  #checks: NodeJS.Timeout | undefined;
  #isDraining = false;
  #isLeaving = false;

  constructor(options: BrokerProcessOptions) {
    this.#options = options;
  }

  /** Resolves when clients can find us. */
  async start(): Promise<void> {
    const { paths, lock, log, idleExitMs } = this.#options;
    const parts = await createBrokerParts({
      paths,
      log,
      lock,
      clients: () => this.#server?.clients ?? 0,
      stop: ({ drain }) => this.#stop(drain),
    });
    if (this.#isLeaving) return;
    this.#parts = parts;
    const server = this.#newServer(parts);
    this.#server = server;
    await server.listen();
    this.#idle = new IdleExit({
      clock: systemClock,
      idleExitMs,
      isIdle: () => server.clients === 0 && parts.liveCount() === 0,
      onIdle: () => this.leave('idle'),
    });
    server.onDidChangeClients(() => this.#changed());
    parts.onDidChangeLive(() => this.#changed());
    this.#publish(server);
    this.#checks = setInterval(() => void this.#check(), CHECK_MS).unref();
    log.write('info', `Ready (version ${VERSION}, protocol ${CONTROL_PROTOCOL}).`);
  }

  /** Ends the process in order; safe to call again. */
  leave(why: string): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const { paths, log } = this.#options;
    log.write('info', `The broker is leaving: ${why}.`);
    this.#idle?.dispose();
    clearInterval(this.#checks);
    retractEndpoint(paths.endpoint, this.#token);
    this.#server?.leave();
    setTimeout(() => this.#exit(1, 'not everything could be shut down in time'), LEAVE_LIMIT_MS);
    void this.#drain();
  }

  async #drain(): Promise<void> {
    await this.#parts?.shutDown();
    await this.#server?.close();
    this.#exit(0, 'done');
  }

  #exit(code: number, why: string): void {
    const { lock, log } = this.#options;
    log.write('info', `The broker exits with ${code}: ${why}.`);
    if (code === 0) lock.release();
    process.exit(code);
  }

  #newServer(parts: BrokerParts): BrokerServer {
    const { paths, log } = this.#options;
    return new BrokerServer({
      claimSocketPath: () => claimSocketPath(socketPlaceOf(paths.root)),
      token: this.#token,
      log,
      givesWayTo: (hello) => this.#givesWayTo(hello, parts),
      onControl: parts.onControl,
      onConnect: parts.onConnect,
    });
  }

  /** Programs that start a broker when there is none get theirs; a terminal that only asks does not. */
  #givesWayTo(hello: Hello, parts: BrokerParts): boolean {
    if (hello.role === 'control' && hello.client === 'terminal') return false;
    if (!isNewerVersion(hello.version, VERSION) || parts.liveCount() > 0) return false;
    setImmediate(() => this.leave(`version ${hello.version} takes over`));
    return true;
  }

  #stop(drain: boolean): void {
    this.#isDraining = drain;
    // The answer goes out first.
    setImmediate(() => (drain ? this.#changed() : this.leave('asked to stop')));
  }

  #changed(): void {
    this.#idle?.update();
    if (this.#isDraining && this.#parts?.liveCount() === 0) this.leave('drained');
  }

  #publish(server: BrokerServer): void {
    const { paths, lock } = this.#options;
    const { pid, startTime, number } = lock.owner;
    const endpoint: Endpoint = {
      mcpTaskHandles: 1,
      pid,
      startTime,
      socket: server.socketPath,
      token: this.#token,
      protocol: CONTROL_PROTOCOL,
      version: VERSION,
      number,
    };
    writeEndpoint(paths.endpoint, endpoint);
  }

  /** Whatever sweeps or junk did to our files: clients must find us, and only while we own the home. */
  async #check(): Promise<void> {
    const { paths, lock, log } = this.#options;
    const server = this.#server;
    if (this.#isLeaving || server === undefined) return;
    if (lock.isSuperseded()) {
      log.write('error', 'The lock is not ours any more; the broker ends without another write.');
      process.exit(1);
    }
    try {
      await server.keepReachable();
      const { endpoint } = readEndpoint(paths.endpoint);
      const isFound = endpoint?.token === this.#token && endpoint.socket === server.socketPath;
      if (this.#isLeaving || isFound) return;
      log.write('warn', 'The endpoint file was taken away or overwritten; writing it anew.');
      this.#publish(server);
    } catch (error) {
      log.write('warn', 'Clients may not find the broker', error);
    }
  }
}
