// Bundles every program of the extension and refuses a bundle that is over its budget.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, context } from 'esbuild';

const isProduction = process.argv.includes('--production');
const isWatch = process.argv.includes('--watch');
const KB = 1024;

/** `external: ['vscode']` for the extension's own two: elsewhere an import of it fails the build. */
const programs = [
  { entry: 'src/extension.ts', out: 'dist/extension.js', external: ['vscode'], limit: 120 * KB },
  { entry: 'src/commandsMain.ts', out: 'dist/commands.js', external: ['vscode'], limit: 60 * KB },
  { entry: 'src/controlMain.ts', out: 'dist/control.js', external: [], limit: 90 * KB },
  { entry: 'src/brokerMain.ts', out: 'dist/broker.js', external: [], limit: 1200 * KB },
  { entry: 'src/cliMain.ts', out: 'dist/cli.js', external: [], limit: 60 * KB },
  // Loaded by cli.js for every command but `connect`, whose start hosts wait for.
  { entry: 'src/terminalMain.ts', out: 'dist/terminal.js', external: [], limit: 160 * KB },
  // Loaded by cli.js for `supervise` alone: it brings an SDK.
  { entry: 'src/superviseMain.ts', out: 'dist/supervise.js', external: [], limit: 600 * KB },
  { entry: 'src/sampleMain.ts', out: 'dist/sample.js', external: [], limit: 600 * KB },
].filter((program) => existsSync(program.entry));

const options = ({ entry, out, external }) => ({
  entryPoints: [entry],
  outfile: out,
  external,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // The UMD build of jsonc-parser does not survive bundling.
  mainFields: ['module', 'main'],
  minify: isProduction,
  // The broker runs from a copy elsewhere: its map goes with it, and finds the sources from there.
  sourcemap: isProduction ? false : 'inline',
  sourceRoot: join(import.meta.dirname, 'dist'),
  legalComments: 'none',
  logLevel: 'warning',
});

function checkSizes() {
  let isOver = false;
  for (const { out, limit } of programs) {
    const { size } = statSync(out);
    const verdict = size <= limit ? 'ok' : 'OVER BUDGET';
    console.log(
      `${out}  ${(size / KB).toFixed(1)} KB of ${(limit / KB).toFixed(0)} KB  ${verdict}`,
    );
    isOver ||= size > limit;
  }
  if (isOver) process.exitCode = 1;
}

if (isWatch) {
  for (const program of programs) await (await context(options(program))).watch();
} else {
  await Promise.all(programs.map((program) => build(options(program))));
  if (isProduction) checkSizes();
}
