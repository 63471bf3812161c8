import { execFileSync } from 'node:child_process';

/** A process as `ps` sees it: `T` is stopped, `S` sleeps, `R` runs. */
export interface ProcessState {
  readonly pid: number;
  readonly state: string;
  readonly command: string;
}

/** The process and everything below it; nothing when it is gone. Zombies count as gone. */
export function processStates(root: number): ProcessState[] {
  const text = execFileSync('ps', ['-axo', 'pid=,ppid=,state=,command='], { encoding: 'utf8' });
  const all = text.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', command = ''] =
      /^\s*(\d+)\s+(\d+)\s+(\w)\S*\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state === 'Z') return [];
    return { pid: Number(pid), parent: Number(parent), state, command };
  });
  const found = new Set([root]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return all.filter(({ pid }) => found.has(pid));
}

/** The process that a row's tooltip names. */
export function pidIn(tooltip: string): number {
  const pid = Number(/Process: (\d+)/.exec(tooltip)?.[1]);
  if (!Number.isInteger(pid) || pid < 2) throw new Error(`No process in the tooltip: ${tooltip}`);
  return pid;
}
