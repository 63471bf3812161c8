import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

/** One function of ours, and what stands in its place. Each must make a run fail. */
export const MUTATIONS = {
  noSync: {
    file: 'src/store/durableFiles.ts',
    from: 'await file.datasync();',
    to: '',
  },
  noScan: {
    file: 'src/store/datafileScan.ts',
    from: 'else this.#salvage(line);',
    to: '',
  },
  noStartTime: {
    file: 'src/processes/processIdentity.ts',
    from: "return startTime === identity.startTime ? 'alive' : 'dead'",
    to: "return 'alive'",
  },
} as const;

export type Mutation = keyof typeof MUTATIONS;

export function isMutation(name: string): name is Mutation {
  return Object.hasOwn(MUTATIONS, name);
}

/** The source with the mutation; throws when there is nothing left to mutate. */
export function mutated(name: Mutation, source: string): string {
  const { from, to, file } = MUTATIONS[name];
  if (!source.includes(from)) throw new Error(`${file} does not hold what ${name} changes.`);
  return source.replace(from, to);
}

function mutating(name: Mutation): Plugin {
  const path = join(ROOT, MUTATIONS[name].file);
  return {
    name,
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
        loaded === path
          ? { contents: mutated(name, readFileSync(path, 'utf8')), loader: 'ts' }
          : undefined,
      );
    },
  };
}

/** A dist folder whose broker has the fault layer in front, and perhaps one mutation. */
export async function buildTortured(folder: string, mutation: Mutation | null): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: { broker: join(ROOT, 'src/brokerMain.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
    banner: { js: readFileSync(join(import.meta.dirname, 'faultLayer.cjs'), 'utf8') },
    plugins: mutation === null ? [] : [mutating(mutation)],
  });
  for (const name of ['cli.js', 'terminal.js']) {
    copyFileSync(join(ROOT, 'dist', name), join(folder, name));
  }
}
