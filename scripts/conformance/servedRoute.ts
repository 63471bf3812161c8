import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoutePolicy, ServerDefinition } from '../../src/brokerApi/brokerProtocol.ts';
import { ControlClient } from '../../src/brokerApi/controlClient.ts';
import { type HomePaths, resolveHome } from '../../src/brokerApi/home.ts';
import { identityOf } from '../../src/processes/processIdentity.ts';
import { waitFor } from '../../test/support/processes.ts';
import { BearerDoor } from './bearerDoor.ts';

/** Where `npm run build` leaves our programs. */
export const DIST = join(import.meta.dirname, '../../dist');
const ENDING_MS = 10_000;

/** An upstream behind our HTTP front, with a broker of its own, for clients that bring no token. */
export class ServedRoute {
  private constructor(
    private readonly paths: HomePaths,
    private readonly control: ControlClient,
    private readonly door: BearerDoor,
  ) {}

  static async start(definition: ServerDefinition, policy: RoutePolicy): Promise<ServedRoute> {
    const home = mkdtempSync(join(realpathSync(tmpdir()), 'mth-conformance-'));
    const paths = resolveHome({ home });
    const start = { distFolder: DIST };
    try {
      const control = await ControlClient.open({ paths, client: 'terminal', start });
      const route = { route: 'conformance', workspace: null, definition, policy, port: 0 };
      const { url, token } = await control.request('fronts/open', route);
      return new ServedRoute(paths, control, await BearerDoor.open(url, token));
    } catch (error) {
      await endHome(paths);
      throw error;
    }
  }

  get url(): string {
    return this.door.url;
  }

  async end(): Promise<void> {
    await this.door.close();
    this.control.dispose();
    await endHome(this.paths);
  }
}

/** Ends the broker of a home, if one runs, and removes the home. */
export async function endHome(paths: HomePaths): Promise<void> {
  await endBroker(paths);
  rmSync(paths.root, { recursive: true, force: true, maxRetries: 10 });
}

async function endBroker(paths: HomePaths): Promise<void> {
  if (!existsSync(paths.endpoint)) return;
  const control = await ControlClient.open({ paths, client: 'terminal', start: 'never' });
  const { pid } = control.welcome;
  await control.request('broker/stop', { drain: false }).catch(() => null);
  control.dispose();
  await waitFor(() => identityOf(pid) === null, ENDING_MS, `broker ${pid} ended`);
}
