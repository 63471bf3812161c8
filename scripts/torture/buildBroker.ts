import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

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
  noMarks: {
    file: 'src/processes/guardedTree.ts',
    from: '...marks.find(table, isYoung),',
    to: '',
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

export interface Tortured {
  readonly mutation: Mutation | null;
  /** Whether the fault layer stands in front of the broker. */
  readonly hasFaultLayer: boolean;
}

/** A dist folder of its own. */
export async function buildTortured(
  folder: string,
  { mutation, hasFaultLayer }: Tortured,
): Promise<void> {
  const layer = readFileSync(join(import.meta.dirname, 'faultLayer.cjs'), 'utf8');
  await build({
    ...bundling(folder),
    entryPoints: { broker: join(ROOT, 'src/brokerMain.ts') },
    ...(hasFaultLayer && { banner: { js: layer } }),
    plugins: mutation === null ? [] : [mutating(mutation)],
  });
  const entryPoints = {
    cli: join(ROOT, 'src/cliMain.ts'),
    terminal: join(ROOT, 'src/terminalMain.ts'),
  };
  await build({ ...bundling(folder), entryPoints });
}

/** A folder of its own: tests that run beside this one use `dist`. */
function bundling(outdir: string): BuildOptions {
  return {
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  };
}
