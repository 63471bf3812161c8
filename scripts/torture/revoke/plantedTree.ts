import type { Random } from '../random.ts';

/** Shell commands that make a tree, and how many living processes that is at least. */
export interface PlantedTree {
  readonly commands: readonly string[];
  readonly processes: number;
  /** How many commands there are of each kind. */
  readonly kinds: Readonly<Record<string, number>>;
}

interface Kind {
  readonly command: string;
  readonly processes: number;
}

/** `$0` is the tree's token, and a time for `sleep` as well: so each process shows it. */
export const KINDS: Readonly<Record<string, Kind>> = {
  plain: { command: 'exec sleep "$0"', processes: 1 },
  ignoresTerm: { command: `trap '' TERM HUP INT; exec sleep "$0"`, processes: 1 },
  session: { command: `trap '' TERM; exec setsid sleep "$0"`, processes: 1 },
  nested: {
    command: `sleep "$0" & sh -c 'sleep "$0" & setsid sleep "$0" & wait' "$0" & wait`,
    processes: 5,
  },
  stopped: { command: 'kill -STOP $$; exec sleep "$0"', processes: 1 },
  // Its parents are gone at once, and it has neither their environment nor their session.
  daemon: {
    command: `exec env -i /usr/bin/setsid /bin/sh -c '(trap "" TERM; exec sleep "$0") &' "$0"`,
    processes: 1,
  },
};

/** Those that never stop starting others. */
export const FORKERS: Readonly<Record<string, Kind>> = {
  forks: {
    command: `trap '' TERM; while :; do setsid sleep "$0" & sleep 0.02; done`,
    processes: 3,
  },
  forksDaemons: {
    command: `trap '' TERM; while :; do env -i /usr/bin/setsid /bin/sh -c 'sleep "$0" &' "$0"; sleep 0.03; done`,
    processes: 3,
  },
  // Never the same process for longer than a few milliseconds, each in a session of its own.
  movesOn: {
    command: `next='env -i /usr/bin/setsid /bin/sh -c "$1" "$0" "$1" & exit 0'; exec sh -c "$next" "$0" "$next"`,
    processes: 1,
  },
};

const MOST_PROCESSES = 50;
const SMALL = 8;

/** A tree of 1 to 50 processes, small ones as often as large ones. */
export function planTree(random: Random, { mayFork }: { mayFork: boolean }): PlantedTree {
  const wanted = random.between(1, random.next() < 0.5 ? SMALL : MOST_PROCESSES);
  const commands: string[] = [];
  const kinds: Record<string, number> = {};
  let processes = 0;
  const plant = (all: Readonly<Record<string, Kind>>) => {
    const name = random.pick(Object.keys(all));
    const kind = all[name] as Kind;
    if (processes > 0 && processes + kind.processes > wanted) return;
    commands.push(kind.command);
    processes += kind.processes;
    kinds[name] = (kinds[name] ?? 0) + 1;
  };
  if (mayFork && random.next() < 0.4) plant(FORKERS);
  while (processes < wanted) plant(KINDS);
  return { commands, processes, kinds };
}
