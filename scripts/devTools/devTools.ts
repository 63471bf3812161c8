import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFolder } from './cacheFolder.ts';
import { runCommand, twice } from './runCommand.ts';

const CODE_SERVER = '4.139.1';
const VSCE = '4.1.0';
/** What code-server and vsce run on; the checkout itself is content with Node 20. */
const NODE = '24';

/** Tools that npm brings but that are too big, or too new for Node 20, to be devDependencies. */
export interface DevTools {
  /** A Node 24. */
  readonly node: string;
  /** VS Code's own server build, chat and agent mode included. */
  readonly serverFolder: string;
  readonly vsce: string;
}

function nodePackage(): string {
  if (process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)) {
    return `node-linux-${process.arch}`;
  }
  throw new Error(
    'The VS Code server build is set up on Linux only: elsewhere run with --desktop, which uses a desktop VS Code.',
  );
}

function pathsIn(folder: string): DevTools {
  const modules = join(folder, 'node_modules');
  return {
    node: join(modules, nodePackage(), 'bin/node'),
    serverFolder: join(modules, 'code-server/lib/vscode'),
    vsce: join(modules, '@vscode/vsce/vsce'),
  };
}

async function verify(tools: DevTools): Promise<void> {
  const server = join(tools.serverFolder, 'out/server-main.js');
  await runCommand(tools.node, [server, '--version']);
  await runCommand(tools.node, [tools.vsce, '--version']);
}

async function install(folder: string): Promise<void> {
  const dependencies = { 'code-server': CODE_SERVER, '@vscode/vsce': VSCE, [nodePackage()]: NODE };
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await twice(async () => {
    await rm(join(folder, 'node_modules'), { recursive: true, force: true });
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'mcp-task-handles-dev-tools', private: true, dependencies }),
    );
    await runCommand('npm', ['install', ...flags], { cwd: folder });
    const { serverFolder } = pathsIn(folder);
    await runCommand('npm', ['install', '--omit=dev', ...flags], { cwd: serverFolder });
    await verify(pathsIn(folder));
  });
}

/** Installs the tools once per user, outside the checkout, and tells where they are. */
export async function devTools(): Promise<DevTools> {
  const key = `code-server-${CODE_SERVER}-node-${NODE}-vsce-${VSCE}-${process.arch}`;
  const folder = await cachedFolder(key, async (temporary) => {
    console.log('Setting up VS Code for tests (once, some 700 MB, a minute) …');
    await install(temporary);
  });
  return pathsIn(folder);
}
