import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../torture/random.ts';
import { FUZZ_FRONTS, type FuzzEntry, type FuzzFront } from './fuzzFronts.ts';
import { FuzzWorld } from './fuzzWorld.ts';
import { Mutator } from './mutator.ts';

const OUTPUT = join(import.meta.dirname, '../../out/fuzz');
const BURST = 100;
/** A burst, or the plain call after it, that takes longer hangs. */
const HANG_MS = 60_000;
/** What may come on top of what the broker held after the first tenth. */
const RSS_GROWTH_MB = 96;
/** A log file or a database file may have been opened meanwhile. */
const HANDLES_GROWTH = 8;

interface Options {
  readonly messages: number;
  readonly seed: number;
  readonly fronts: readonly string[];
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      messages: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      fronts: { type: 'string', default: Object.keys(FUZZ_FRONTS).join(',') },
    },
  });
  const messages = Number(values.messages);
  const seed = Number(values.seed);
  const fronts = values.fronts.split(',');
  if (!Number.isSafeInteger(messages) || messages < 1) throw new Error('--messages takes a count.');
  if (!Number.isSafeInteger(seed)) throw new Error('--seed takes a whole number.');
  if (!fronts.every((name) => Object.hasOwn(FUZZ_FRONTS, name))) {
    throw new Error(`--fronts takes some of ${Object.keys(FUZZ_FRONTS).join(',')}.`);
  }
  return { messages, seed, fronts };
}

/** Sends the messages to one front; answers what went wrong, a line each. */
async function fuzzFront(name: string, { messages, seed }: Options): Promise<string[]> {
  const entry = FUZZ_FRONTS[name] as FuzzEntry;
  const mutator = new Mutator(new Random(seed), entry.corpus);
  const world = await FuzzWorld.open();
  const { handles } = world.footprint();
  const faults: string[] = [];
  try {
    const front = await entry.open(world);
    try {
      faults.push(...(await runBursts(front, { name, messages, mutator, world })));
    } finally {
      await front.close();
    }
    const left = world.isBrokerAlive ? await world.leftOver() : [];
    if (left.length > 0) faults.push(`left when all clients have gone: ${left.join(', ')}`);
    const open = world.isBrokerAlive ? await world.handlesLeft(handles + HANDLES_GROWTH) : 0;
    if (open > 0) faults.push(`${open} handles more are open when all clients have gone`);
    if (/uncaught|internal error/i.test(readFileSync(world.paths.brokerLog, 'utf8'))) {
      faults.push(`the broker's log tells of an error of its own; it is kept in ${keep(world)}`);
    }
  } finally {
    await world.close();
  }
  return faults.map((fault) => `${name}, seed ${seed}: ${fault}`);
}

interface Run {
  readonly name: string;
  readonly messages: number;
  readonly mutator: Mutator;
  readonly world: FuzzWorld;
}

/** Stops at the first burst after which something is wrong, and keeps it. */
async function runBursts(front: FuzzFront, { name, messages, mutator, world }: Run) {
  await front.probe();
  let early = world.footprint();
  for (let sent = 0; sent < messages; sent += BURST) {
    const lines = Array.from({ length: Math.min(BURST, messages - sent) }, () => mutator.next());
    const fault = await faultOf(front, lines);
    if (fault !== null || !world.isBrokerAlive) {
      const file = join(OUTPUT, `${name}-${sent}.ndjson`);
      writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      return [`${fault ?? 'the broker died'} after message ${sent}; the burst is kept in ${file}`];
    }
    if (sent <= messages / 10) early = world.footprint();
  }
  const late = world.footprint();
  console.log(
    `${name}: ${messages} messages, rss ${early.rssMb} → ${late.rssMb} MB, handles ${early.handles} → ${late.handles}`,
  );
  return late.rssMb > early.rssMb + RSS_GROWTH_MB ? ['the broker holds more and more memory'] : [];
}

async function faultOf(front: FuzzFront, lines: readonly string[]): Promise<string | null> {
  const work = async () => {
    await front.burst(lines);
    await front.probe();
    return null;
  };
  const timer = new AbortController();
  const hang = pause(HANG_MS, 'it hangs', { signal: timer.signal }).catch(() => null);
  try {
    return await Promise.race([work().catch((error: Error) => error.message), hang]);
  } finally {
    timer.abort();
  }
}

function keep(world: FuzzWorld): string {
  const file = join(OUTPUT, 'broker.log');
  writeFileSync(file, readFileSync(world.paths.brokerLog));
  return file;
}

async function main(): Promise<void> {
  const options = readOptions();
  mkdirSync(OUTPUT, { recursive: true });
  const faults: string[] = [];
  for (const name of options.fronts) faults.push(...(await fuzzFront(name, options)));
  for (const fault of faults) console.log(fault);
  const { messages, seed, fronts } = options;
  console.log(
    `fuzz: ${messages} messages on each of ${fronts.length} fronts, seed ${seed}, ${faults.length} faults`,
  );
  process.exit(faults.length === 0 ? 0 : 1);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(2);
});
