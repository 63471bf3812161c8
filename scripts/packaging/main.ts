import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../devTools/runCommand.ts';
import { listPackedFiles, packExtension } from './packExtension.ts';

const ROOT = join(import.meta.dirname, '../..');
const LIMIT_BYTES = 1024 * 1024;
/** What a package of ours never holds, whatever `.vscodeignore` says. */
const FORBIDDEN = /(^|\/)(src|test|scripts|node_modules|docs)\/|\.(ts|map|mjs)$|\.test\./;
const EXPECTED = [
  'package.json',
  'dist/extension.js',
  'dist/commands.js',
  'dist/broker.js',
  'dist/cli.js',
  'dist/terminal.js',
  'dist/supervise.js',
];

function faultsOf(files: readonly string[], bytes: number): string[] {
  const forbidden = files.filter((file) => FORBIDDEN.test(file));
  const missing = EXPECTED.filter((file) => !files.includes(file));
  return [
    ...forbidden.map((file) => `${file} must not be in the package: see .vscodeignore.`),
    ...missing.map((file) => `${file} is missing in the package: see esbuild.mjs.`),
    ...(bytes > LIMIT_BYTES ? [`The package is over its budget of ${LIMIT_BYTES} bytes.`] : []),
  ];
}

async function main(): Promise<void> {
  await runCommand(process.execPath, ['esbuild.mjs', '--production'], { cwd: ROOT });
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const file = join(ROOT, `${name}-${version}.vsix`);
  await packExtension(ROOT, file);
  const files = await listPackedFiles(ROOT);
  const { size } = statSync(file);
  console.log(files.join('\n'));
  console.log(
    `${name}-${version}.vsix  ${(size / 1024).toFixed(1)} KB of ${LIMIT_BYTES / 1024} KB`,
  );
  const faults = faultsOf(files, size);
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
