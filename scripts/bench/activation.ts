import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runInServer } from '../testRun/serverHost.ts';

/** How long `activate()` takes in a real extension host, once for each window, in ms. */
export async function measureActivation(folder: string, windows: number): Promise<number[]> {
  const suite = join(folder, 'activationProbe.js');
  const samples = join(folder, 'activations.txt');
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  rmSync(samples, { force: true });
  await build({
    entryPoints: [join(import.meta.dirname, 'activationProbe.ts')],
    outfile: suite,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
  });
  for (let window = 0; window < windows; window += 1) {
    await runInServer({ workspace, suite, env: { TH_ACTIVATIONS: samples } });
  }
  return existsSync(samples) ? readFileSync(samples, 'utf8').trim().split('\n').map(Number) : [];
}
