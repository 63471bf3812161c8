import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../devTools/runCommand.ts';
import { clientRows } from './clientScenarios.ts';
import { conformanceTools } from './conformanceTools.ts';
import { complaintsOf, type Row, tableOf, verdictOf, worseRows } from './report.ts';
import type { Suite } from './runSuite.ts';
import { serverRows } from './serverScenarios.ts';
import { WAYS } from './ways.ts';

const ROOT = join(import.meta.dirname, '../..');
const OUTPUT = join(ROOT, 'out/conformance');
const DOCUMENT = join(ROOT, 'docs/conformance.md');

/** The text above the table. */
const HEAD = `# Conformance

What \`npm run conformance -- --document\` found last: the official suite
(\`@modelcontextprotocol/conformance\`) run against the fixture in \`test/fixtures/conformance\`
directly, and with us between the two. A cell says how many checks passed of those that were made.
`;

interface Options {
  /** Also writes the table into the documentation. */
  readonly document: boolean;
  /** One side only. */
  readonly only: string | undefined;
  /** Only these ways to the fixture, besides the direct one. */
  readonly ways: readonly string[];
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      document: { type: 'boolean', default: false },
      only: { type: 'string' },
      ways: { type: 'string', default: WAYS.map(({ name }) => name).join(',') },
    },
  });
  const { document, only } = values;
  if (only !== undefined && only !== 'server' && only !== 'client') {
    throw new Error('--only takes server or client.');
  }
  const ways = values.ways.split(',');
  const unknown = ways.filter((name) => !WAYS.some((way) => way.name === name));
  if (unknown.length > 0) {
    throw new Error(`--ways takes some of ${WAYS.map(({ name }) => name).join(',')}.`);
  }
  return { document, only, ways };
}

/** Ctrl-C ends the run in order: each part ends what it has started. */
function stopOnSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => stop.abort());
  }
  return stop.signal;
}

async function runAll({ only, ways }: Options): Promise<Row[]> {
  rmSync(OUTPUT, { recursive: true, force: true });
  mkdirSync(OUTPUT, { recursive: true });
  await runCommand(process.execPath, ['esbuild.mjs', '--production'], { cwd: ROOT });
  const tools = await conformanceTools();
  const suite: Suite = { tools, folder: OUTPUT, stop: stopOnSignal() };
  const wanted = WAYS.filter(({ name }) => name === 'direct' || ways.includes(name));
  const servers = only === 'client' ? [] : await serverRows(suite, wanted);
  const clients = only === 'server' ? [] : await clientRows(suite);
  return [...servers, ...clients];
}

async function main(): Promise<void> {
  const options = readOptions();
  const rows = await runAll(options);
  const titles = new Map(WAYS.map(({ name, title }) => [name, title]));
  const table = tableOf(rows, titles);
  const text = `${HEAD}\n${verdictOf(rows)}.\n\n${table}\n`;
  writeFileSync(join(OUTPUT, 'conformance.md'), text);
  if (options.document) writeFileSync(DOCUMENT, text);
  console.log(table);
  for (const line of complaintsOf(rows)) console.log(line);
  console.log(verdictOf(rows));
  process.exitCode = worseRows(rows).length === 0 ? 0 : 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(2);
});
