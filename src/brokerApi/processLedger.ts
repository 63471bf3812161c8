import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type JsonObject, numberOr, parseJson, stringOr } from '../common/json.ts';
import { readOwnFile } from './ownFile.ts';

/** A process tree that a broker has started: enough to end it without that broker (P7). */
export interface RecordedTree {
  /** Its owner mark: `<broker instance>:<upstream id>`. */
  readonly owner: string;
  readonly pid: number;
  readonly startTime: string | null;
  readonly bootId: string | null;
  /** The server's name, for people. */
  readonly route: string;
}

/** What is known of one broker's processes; an instance without any is here all the same. */
export interface RecordedInstance {
  readonly instance: string;
  readonly trees: readonly RecordedTree[];
}

/** Owner marks and their parts are names of files here. */
const NAME = /^[0-9A-Za-z-]{1,200}$/;

/**
 * Which processes a broker has started, on disk while they live: a folder for the broker, a file for
 * each. Not synced: what a power cut takes away, it has ended as well. Throws the system's error.
 */
export class ProcessLedger {
  readonly #folder: string;

  constructor(
    folder: string,
    private readonly instance: string,
  ) {
    this.#folder = join(folder, instance);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** `name` is unique among what lives; `id` is the upstream's. */
  add(name: string, { id, ...tree }: Omit<RecordedTree, 'owner'> & { readonly id: string }): void {
    const path = this.#pathOf(name);
    const recorded: RecordedTree = { owner: `${this.instance}:${id}`, ...tree };
    writeFileSync(`${path}.tmp`, `${JSON.stringify(recorded)}\n`, { mode: 0o600 });
    renameSync(`${path}.tmp`, path);
  }

  remove(name: string): void {
    rmSync(this.#pathOf(name), { force: true });
  }

  /** The broker ends. What outlived it stays written down, for whoever comes next. */
  close(): void {
    try {
      rmdirSync(this.#folder);
    } catch {
      // Not empty, or gone already.
    }
  }

  #pathOf(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}

/** Every broker's entries, as untrusted input: what is not well-formed is left out. Never throws. */
export function readLedger(folder: string): RecordedInstance[] {
  return namesIn(folder).map((instance) => {
    const files = namesIn(join(folder, instance), '.json');
    const trees = files.flatMap((name) => readTree(join(folder, instance, `${name}.json`)));
    return { instance, trees };
  });
}

/** Forgets a broker that is gone, with what it had started. */
export function forgetInstance(folder: string, instance: string): void {
  if (NAME.test(instance)) rmSync(join(folder, instance), { recursive: true, force: true });
}

/** One tree from disk; `null` when it is none. */
export function parseTree(value: unknown): RecordedTree | null {
  if (!isJsonObject(value)) return null;
  const { owner, pid, startTime, bootId, route }: JsonObject = value;
  if (typeof owner !== 'string' || typeof route !== 'string') return null;
  const isPid = Number.isSafeInteger(pid) && numberOr(pid, 0) > 1;
  if (!isPid) return null;
  return {
    owner,
    pid: Number(pid),
    startTime: stringOr(startTime, null),
    bootId: stringOr(bootId, null),
    route,
  };
}

function readTree(path: string): RecordedTree[] {
  try {
    const tree = parseTree(parseJson(readOwnFile(path)));
    return tree === null ? [] : [tree];
  } catch {
    return [];
  }
}

function namesIn(folder: string, ending = ''): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => name.slice(0, name.length - ending.length))
      .filter((name) => NAME.test(name));
  } catch {
    return [];
  }
}
