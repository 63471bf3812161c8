import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerStatus } from '../../src/brokerApi/brokerProtocol.ts';
import { ControlClient } from '../../src/brokerApi/controlClient.ts';
import { type HomePaths, resolveHome } from '../../src/brokerApi/home.ts';
import { identityOf } from '../../src/processes/processIdentity.ts';
import { waitFor } from '../../test/support/processes.ts';

/** Where `npm run build` leaves our programs. */
export const DIST = join(import.meta.dirname, '../../dist');
const ENDING_MS = 10_000;
/** How long what nobody waits for any more may take to be gone: servers linger for a while. */
const SETTLING_MS = 45_000;
const MB = 1024 * 1024;

/** What the broker holds, as the system sees it; zeros where there is no `/proc`. */
export interface Footprint {
  readonly rssMb: number;
  readonly handles: number;
}

/** A home with its broker, which must live through it all. */
export class FuzzWorld {
  private constructor(
    readonly paths: HomePaths,
    readonly control: ControlClient,
  ) {}

  static async open(): Promise<FuzzWorld> {
    const paths = resolveHome({ home: mkdtempSync(join(realpathSync(tmpdir()), 'mth-fuzz-')) });
    const start = { distFolder: DIST, idleExitMs: 600_000 };
    const control = await ControlClient.open({ paths, client: 'terminal', start });
    return new FuzzWorld(paths, control);
  }

  get brokerPid(): number {
    return this.control.welcome.pid;
  }

  get isBrokerAlive(): boolean {
    return identityOf(this.brokerPid) !== null;
  }

  footprint(): Footprint {
    try {
      const status = readFileSync(`/proc/${this.brokerPid}/status`, 'utf8');
      const rssKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
      const handles = readdirSync(`/proc/${this.brokerPid}/fd`).length;
      return { rssMb: Math.round((rssKb * 1024) / MB), handles };
    } catch {
      return { rssMb: 0, handles: 0 };
    }
  }

  /** What is left of calls and tasks when all clients have gone and had time to be missed. */
  async leftOver(): Promise<string[]> {
    let left: string[] = [];
    // Asked again together: a client may be missed, and its call become a task, between two answers.
    const settle = async () => {
      const { live } = await this.#status();
      left = await this.#liveRows();
      return live === 0 && left.length === 0;
    };
    await waitFor(settle, SETTLING_MS, 'calls to end').catch(() => {});
    return left;
  }

  /** How many handles are left beyond those that were there before, when servers have ended. */
  async handlesLeft(before: number): Promise<number> {
    const left = () => this.footprint().handles - before;
    await waitFor(() => left() <= 0, SETTLING_MS, 'handles to be closed').catch(() => {});
    return Math.max(0, left());
  }

  async close(): Promise<void> {
    await this.control.request('broker/stop', { drain: false }).catch(() => null);
    const { brokerPid } = this;
    this.control.dispose();
    await waitFor(() => identityOf(brokerPid) === null, ENDING_MS, `broker ${brokerPid} ended`);
    rmSync(this.paths.root, { recursive: true, force: true, maxRetries: 10 });
  }

  async #liveRows(): Promise<string[]> {
    const { rows } = await this.control.request('tasks/list', {});
    const isLive = ({ endedAt }: { endedAt: string | null }) => endedAt === null;
    return rows.filter(isLive).map(({ kind, tool, status }) => `${kind} of ${tool} (${status})`);
  }

  #status(): Promise<BrokerStatus> {
    return this.control.request('broker/status', {});
  }
}
