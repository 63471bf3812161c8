// Makes a checkout ready and runs a TypeScript script of it. Only `node:` imports here: on a
// fresh clone there is nothing else yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const OLDEST_NODE = 20;

function readPackages(file) {
  if (!existsSync(file)) return {};
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/** Compares contents, not times: a checkout touches files in any order. */
function isInstalled() {
  const installed = readPackages(join(ROOT, 'node_modules/.package-lock.json'));
  return Object.entries(readPackages(join(ROOT, 'package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' || wanted.optional || installed[path]?.version === wanted.version,
  );
}

/** Installs the checkout's packages when they are missing or not those of the lock file. */
export function ensureNodeModules() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    console.error(`Node ${process.version} is too old: install Node ${OLDEST_NODE} or newer.`);
    process.exit(2);
  }
  if (isInstalled()) return;
  console.log('Installing node_modules (npm ci) …');
  const options = { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' };
  const { status, stdout, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], options);
  if (status === 0) return;
  console.error(`${stdout ?? ''}${stderr ?? ''}\nnpm ci failed: see above, then run this again.`);
  process.exit(1);
}

/** Runs `entry` (a path in the checkout) with this process's arguments and ends as it ends. */
export function bootstrap(entry) {
  ensureNodeModules();
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(ROOT, entry), ...process.argv.slice(2)],
    { cwd: ROOT, stdio: 'inherit' },
  );
  // A terminal sends Ctrl-C to both; the child ends what it started, so it alone decides the end.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
