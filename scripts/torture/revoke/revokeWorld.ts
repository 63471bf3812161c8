import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ControlClient } from '../../../src/brokerApi/controlClient.ts';
import { type HomePaths, resolveHome } from '../../../src/brokerApi/home.ts';
import { ENV_HOME } from '../../../src/common/product.ts';
import { BenchClient } from '../../bench/benchClient.ts';

const FIXTURE = join(import.meta.dirname, '../../../test/fixtures/torture/plantsTrees.mjs');
const WORKSPACE = 'torture';
/** What a server is given by the route of each name. */
export const GRACES = { patient: 60, hard: 0 } as const;
export type RouteName = keyof typeof GRACES;

const READY_MS = 20_000;
const ENDING_MS = 10_000;
const run = promisify(execFile);

/** One home with a real broker, and hosts that come and go. */
export class RevokeWorld {
  readonly folder = mkdtempSync(join(realpathSync(tmpdir()), 'mth-revoke-'));
  readonly paths: HomePaths = resolveHome({ home: join(this.folder, 'home') });
  readonly #hosts = new Map<RouteName, BenchClient>();

  private constructor(private readonly distFolder: string) {}

  static async open(distFolder: string): Promise<{ world: RevokeWorld; control: ControlClient }> {
    const world = new RevokeWorld(distFolder);
    const control = await ControlClient.open({
      paths: world.paths,
      client: 'terminal',
      start: { distFolder, idleExitMs: 600_000 },
      timeoutMs: READY_MS,
    });
    await control.request('workspace/attach', {
      workspace: WORKSPACE,
      name: WORKSPACE,
      storagePath: null,
    });
    await control.request('routes/define', { workspace: WORKSPACE, routes: world.#routes() });
    return { world, control };
  }

  #routes() {
    const definition = {
      command: process.execPath,
      args: [FIXTURE],
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '' },
    };
    return Object.entries(GRACES).map(([name, revokeGraceMs]) => ({
      name,
      definition,
      policy: { policy: 'always', revokeGraceMs } as const,
    }));
  }

  async host(route: RouteName): Promise<BenchClient> {
    const known = this.#hosts.get(route);
    if (known !== undefined) return known;
    const cli = join(this.distFolder, 'cli.js');
    const host = await BenchClient.start({
      command: process.execPath,
      args: [cli, 'connect', '--route', route, '--workspace', WORKSPACE],
      env: { ...process.env, [ENV_HOME]: this.paths.root },
    });
    this.#hosts.set(route, host);
    return host;
  }

  /** The host of this route leaves; its tasks go on without it. */
  async leave(route: RouteName, control: ControlClient): Promise<void> {
    const { clients } = await control.request('broker/status', {});
    await this.#hosts.get(route)?.end();
    this.#hosts.delete(route);
    const end = performance.now() + READY_MS;
    while ((await control.request('broker/status', {})).clients >= clients) {
      if (performance.now() > end)
        throw new Error('A host has left, and its broker did not see it.');
      await pause(2);
    }
  }

  /** As a person does it; resolves when the command has ended. */
  async revokeInTerminal(handle: string, { force }: { force: boolean }): Promise<void> {
    const cli = join(this.distFolder, 'cli.js');
    const args = [cli, 'revoke', handle, '--home', this.paths.root, ...(force ? ['--force'] : [])];
    await run(process.execPath, args);
  }

  async dispose(control: ControlClient): Promise<void> {
    for (const host of this.#hosts.values()) await host.end();
    const { pid } = await control.request('broker/status', {});
    await control.request('broker/stop', { drain: false }).catch(() => {});
    control.dispose();
    const end = performance.now() + ENDING_MS;
    while (isRunning(pid) && performance.now() < end) await pause(20);
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
