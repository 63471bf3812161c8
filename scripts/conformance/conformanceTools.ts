import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedFolder } from '../devTools/cacheFolder.ts';
import { runCommand, twice } from '../devTools/runCommand.ts';

const SUITE = '0.2.0-alpha.12';
const INSPECTOR = '2.12.0';
/** What the suite and the Inspector run on; the checkout itself is content with Node 20. */
const NODE = '22.23.3';
const OLDEST_NODE = 22;

/** Tools that need a newer Node than the checkout, whose own `node` they must not shadow. */
export interface ConformanceTools {
  /** A Node 22 or newer. */
  readonly node: string;
  /** The official suite's program. */
  readonly suite: string;
  /** The MCP Inspector's program. */
  readonly inspector: string;
}

/** The npm package that brings a Node for this machine; `null` where there is none. */
function nodePackage(): string | null {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const known = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win-x64'];
  const name = `${platform}-${process.arch}`;
  return known.includes(name) ? `node-${name}` : null;
}

function nodeIn(modules: string): string {
  const name = nodePackage();
  if (name !== null) {
    const program = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
    return join(modules, name, program);
  }
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_NODE) return process.execPath;
  throw new Error(`npm has no Node for this machine: run this with Node ${OLDEST_NODE} or newer.`);
}

function toolsIn(folder: string): ConformanceTools {
  const modules = join(folder, 'node_modules');
  return {
    node: nodeIn(modules),
    suite: join(modules, '@modelcontextprotocol/conformance/dist/index.js'),
    inspector: join(modules, '.bin/mcp-inspector'),
  };
}

async function install(folder: string): Promise<void> {
  const name = nodePackage();
  const dependencies = {
    '@modelcontextprotocol/conformance': SUITE,
    '@modelcontextprotocol/inspector': INSPECTOR,
    ...(name === null ? {} : { [name]: NODE }),
  };
  const manifest = { name: 'mcp-task-handles-conformance-tools', private: true, dependencies };
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await twice(async () => {
    await rm(join(folder, 'node_modules'), { recursive: true, force: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await runCommand('npm', ['install', ...flags], { cwd: folder });
    const { node, suite } = toolsIn(folder);
    await runCommand(node, [suite, 'list']);
  });
}

/** Installs the tools once per user, outside the checkout, and tells where they are. */
export async function conformanceTools(): Promise<ConformanceTools> {
  const key = `conformance-${SUITE}-inspector-${INSPECTOR}-node-${NODE}-${process.arch}`;
  const folder = await cachedFolder(key, async (temporary) => {
    console.log('Setting up the conformance suite (once, some 330 MB, half a minute) …');
    await install(temporary);
  });
  return toolsIn(folder);
}
