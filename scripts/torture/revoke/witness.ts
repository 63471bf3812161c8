import { readdirSync, readFileSync } from 'node:fs';

/** A process as the witness sees it. */
export interface Witnessed {
  readonly pid: number;
  /** In ticks since boot. */
  readonly born: string;
  readonly commandLine: string;
}

const SWEEP_MS = 5_000;

/**
 * Living processes whose command line bears the token. On purpose nothing of the product is used to
 * find them: it is what is being judged.
 */
export function livingWith(token: string): Witnessed[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const commandLine = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
    if (!commandLine.includes(token)) return [];
    const born = bornOf(Number(name));
    return born === null ? [] : [{ pid: Number(name), born, commandLine }];
  });
}

/** `null` when it is gone, or only waits for its parent to notice that. */
export function bornOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (stat === '' || state === 'Z' || state === 'X') return null;
  return fields[19] ?? null;
}

export function isStillThere({ pid, born }: Pick<Witnessed, 'pid' | 'born'>): boolean {
  return bornOf(pid) === born;
}

/** What is left is ended one by one: it is ours, by its token. Bounded: some are quicker. */
export function sweep(token: string): void {
  const end = performance.now() + SWEEP_MS;
  let left = livingWith(token);
  for (; left.length > 0 && performance.now() < end; left = livingWith(token)) {
    for (const { pid } of left) signal(pid, 'SIGSTOP');
    for (const { pid } of left) signal(pid, 'SIGKILL');
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has gone by itself.
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
