import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient } from '../../src/brokerApi/controlClient.ts';
import { type HomePaths, resolveHome } from '../../src/brokerApi/home.ts';
import { highestNumber, readOwner } from '../../src/brokerApi/lockFolder.ts';
import { ENV_HOME } from '../../src/common/product.ts';
import { isSameProcess } from '../../src/processes/processIdentity.ts';
import { BenchClient } from '../bench/benchClient.ts';
import { baselineOf, cutPower, readJournal, readSynced } from './powerCut.ts';
import type { Random } from './random.ts';
import { UpstreamJournal } from './upstreamJournal.ts';

const FIXTURE = join(import.meta.dirname, '../../test/fixtures/torture/keepsAJournal.mjs');
const READY_MS = 20_000;

/** What the fault layer is to do; see `faultLayer.cjs`. */
export interface Orders {
  readonly dieAt?: number;
  readonly how?: 'before' | 'half' | 'after';
  readonly refuse?: 'ENOSPC' | 'EROFS' | 'EIO';
  readonly clockShiftMs?: number;
}

/** A call that a host made, and what it was told. */
export interface MadeCall {
  readonly id: string;
  handle: string | null;
  /** A terminal status that was seen once must be seen for ever. */
  lastStatus: string | null;
  settled: boolean;
}

/** Two processes that a successor must tell apart. */
export interface Expectation {
  readonly innocent: ChildProcess;
  readonly survivor: ChildProcess;
}

/** A home with its broker, two hosts, workspaces and a server that keeps a journal. */
export class TortureWorld {
  readonly folder = mkdtempSync(join(realpathSync(tmpdir()), 'mth-torture-'));
  readonly paths: HomePaths = resolveHome({ home: join(this.folder, 'home') });
  readonly journal = new UpstreamJournal(join(this.folder, 'upstream.ndjson'));
  readonly calls: MadeCall[] = [];
  readonly hosts: BenchClient[] = [];
  readonly #storage = join(this.folder, 'storage');
  readonly #control = join(this.folder, 'torture');
  readonly #expectations: Expectation[] = [];
  #lastCall = 0;

  constructor(
    private readonly distFolder: string,
    readonly random: Random,
  ) {
    mkdirSync(join(this.#control, 'kept'), { recursive: true });
    mkdirSync(this.#storage);
    this.order({});
  }

  get watched(): string[] {
    const { records, audit, root } = this.paths;
    return [records, audit, join(root, 'archive'), this.#storage];
  }

  /** Read by a broker when it starts, or now by `poke`. */
  order(orders: Orders): void {
    const text = JSON.stringify({ ...orders, watched: this.watched });
    writeFileSync(join(this.#control, 'orders.json'), text);
  }

  /** Has the living broker read its orders. */
  poke(): void {
    this.signalBroker('SIGUSR2');
  }

  /** The pid that was signalled, or `null` when no broker lives. */
  signalBroker(signal: NodeJS.Signals): number | null {
    const owner = readOwner(this.paths.lockFolder, highestNumber(this.paths.lockFolder));
    if (!owner || isSameProcess(owner) !== 'alive') return null;
    try {
      process.kill(owner.pid, signal);
      return owner.pid;
    } catch {
      return null;
    }
  }

  async control(): Promise<ControlClient> {
    const client = await ControlClient.open({
      paths: this.paths,
      client: 'terminal',
      start: { distFolder: this.distFolder, idleExitMs: 600_000 },
      timeoutMs: READY_MS,
    });
    const storagePath = join(this.#storage, 'one');
    await client.request('workspace/attach', { workspace: 'one', name: 'one', storagePath });
    return client;
  }

  async addHost(): Promise<BenchClient> {
    const workspace = this.random.pick([['--workspace', 'one'], []]);
    const policy = this.random.pick([['always'], ['auto', '--hand-off-after', '40']]);
    const host = await BenchClient.start({
      command: process.execPath,
      args: [
        ...[join(this.distFolder, 'cli.js'), 'connect', '--route', 'torture', ...workspace],
        ...['--policy', ...policy, '--', process.execPath, FIXTURE, this.journal.path],
      ],
      env: { ...process.env, [ENV_HOME]: this.paths.root },
    });
    this.hosts.push(host);
    return host;
  }

  /** Starts a call; what comes of it is noted whenever it comes. */
  call(host: BenchClient, work: { ms: number; ending: string }): MadeCall {
    this.#lastCall += 1;
    const id = `call-${this.#lastCall}`;
    const call: MadeCall = { id, handle: null, lastStatus: null, settled: false };
    this.calls.push(call);
    host.send('tools/call', { name: 'work', arguments: { id, ...work } }, ({ result }) => {
      call.settled = true;
      call.handle = handleIn(result);
    });
    return call;
  }

  /** The disk as a power cut leaves it; no broker may run. */
  cutPower(): void {
    const journal = join(this.#control, 'journal.ndjson');
    cutPower(this.watched, readSynced(readJournal(journal)), join(this.#control, 'kept'));
    writeFileSync(journal, baselineOf(this.watched));
  }

  /** The innocent process must outlive the next start of a broker, the survivor must not. */
  expectAfterNextStart(expectation: Expectation): void {
    this.#expectations.push(expectation);
  }

  /** What came otherwise than expected, told once; ends what is left of either. */
  async takeBrokenExpectations(): Promise<string[]> {
    const broken: string[] = [];
    for (const { innocent, survivor } of this.#expectations.splice(0)) {
      if (!isRunning(innocent)) broken.push('an innocent process was ended for its pid');
      if (isRunning(survivor)) broken.push('a survivor of a dead broker lives on');
      for (const child of [innocent, survivor]) child.kill('SIGKILL');
    }
    return broken;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function handleIn(result: unknown): string | null {
  const content = (result as { structuredContent?: { handle?: unknown } } | undefined)
    ?.structuredContent;
  return typeof content?.handle === 'string' ? content.handle : null;
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
