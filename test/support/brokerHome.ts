import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from 'esbuild';
import { ControlClient } from '../../src/brokerApi/controlClient.ts';
import { type Endpoint, readEndpoint } from '../../src/brokerApi/endpointFile.ts';
import { type HomePaths, resolveHome } from '../../src/brokerApi/home.ts';
import { highestNumber, type LockOwner, readOwner } from '../../src/brokerApi/lockFolder.ts';
import type { LinkOptions } from '../../src/brokerApi/openLink.ts';
import { socketPathsFor, socketPlaceOf } from '../../src/brokerApi/socketPath.ts';
import { identityOf, isSameProcess } from '../../src/processes/processIdentity.ts';
import { waitFor, waitUntilGone } from './processes.ts';

/** Long enough for a machine that runs other tests beside this one. */
export const PATIENCE_MS = 30_000;

let builtFolder: Promise<string> | undefined;

/** A dist folder with a real broker, bundled once per test process. */
export function brokerDist(): Promise<string> {
  builtFolder ??= bundle();
  return builtFolder;
}

async function bundle(): Promise<string> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'mth-dist-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: { broker: 'src/brokerMain.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
  return folder;
}

/** A home of one test; every broker that ran in it is ended with the test. */
export class BrokerHome {
  private constructor(
    readonly paths: HomePaths,
    readonly distFolder: string,
  ) {}

  /** `below` puts the home into folders of that name inside the temporary one. */
  static async make(t: TestContext, below = ''): Promise<BrokerHome> {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'mth-home-'));
    const home = new BrokerHome(resolveHome({ home: join(folder, below) }), await brokerDist());
    const sockets = socketPathsFor(socketPlaceOf(home.paths.root));
    t.after(async () => {
      await home.endAll();
      for (const socket of sockets) rmSync(socket, { force: true });
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    });
    return home;
  }

  /** What `openLink` needs; a broker that nobody uses stays for as long as the test. */
  get link(): Pick<LinkOptions, 'paths' | 'start' | 'timeoutMs'> {
    const start = { distFolder: this.distFolder, idleExitMs: 600_000 };
    return { paths: this.paths, start, timeoutMs: PATIENCE_MS };
  }

  /** A control client that is gone with the test. */
  async open(t: TestContext, options: Partial<LinkOptions> = {}): Promise<ControlClient> {
    const client = await ControlClient.open({ ...this.link, client: 'terminal', ...options });
    t.after(() => client.dispose());
    return client;
  }

  /** Who took the lock last. */
  owner(): LockOwner {
    const owner = readOwner(this.paths.lockFolder, highestNumber(this.paths.lockFolder));
    assert.ok(owner, 'somebody has taken the lock');
    return owner;
  }

  endpoint(): Endpoint {
    const { endpoint, reason } = readEndpoint(this.paths.endpoint);
    assert.ok(endpoint, reason ?? 'there is an endpoint file');
    return endpoint;
  }

  removeEndpoint(): void {
    rmSync(this.paths.endpoint);
  }

  /** Living brokers, starting ones included. */
  pids(): number[] {
    return brokerPids(this.paths.root);
  }

  log(): string {
    return readFileSync(this.paths.brokerLog, 'utf8');
  }

  /** Signals the owner if it is still the process that took the lock. */
  signal(signal: NodeJS.Signals): number {
    const owner = this.owner();
    assert.equal(isSameProcess(owner), 'alive', 'the owner of the lock is alive');
    process.kill(owner.pid, signal);
    return owner.pid;
  }

  async kill(): Promise<void> {
    await waitUntilGone([this.signal('SIGKILL')], PATIENCE_MS);
  }

  /** Waits for starters that are still on their way, too: they would make the home anew. */
  async endAll(): Promise<void> {
    await waitFor(() => this.#endRunning() === 0, PATIENCE_MS, 'every broker of the home ended');
  }

  #endRunning(): number {
    const pids = this.pids();
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended by itself meanwhile.
      }
    }
    return pids.length;
  }
}

/** Pids of living brokers whose command line names this home. */
function brokerPids(home: string): number[] {
  return commandLines()
    .filter(({ args }) => args.includes(`broker.js --home ${home}`))
    .map(({ pid }) => pid)
    .filter((pid) => identityOf(pid) !== null);
}

function commandLines(): { pid: number; args: string }[] {
  if (process.platform !== 'linux') return psLines();
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => ({ pid: Number(pid), args: commandLine(pid) }));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function psLines(): { pid: number; args: string }[] {
  const table = execFileSync('ps', ['-axwwo', 'pid=,args='], { encoding: 'utf8' });
  return table.split('\n').map((line) => ({ pid: Number.parseInt(line, 10), args: line }));
}
