import { readOrNull } from './linuxProc.ts';

/**
 * Linux: an owner mark that no cleared environment, new session or double fork takes off. It stands
 * in the soft limit on file locks, which the kernel inherits with each fork and has not enforced
 * since 2.4.25, and which may be read of every process. Layout: ours, pid of the starter, number.
 */
const OURS = 0x2b7n;
const OURS_AT = 52n;
const STARTER_AT = 30n;
const STARTER_BITS = 0x3fffffn;
const SERIAL_BITS = 0x3fffffffn;

const FILE_LOCKS = /^Max file locks +(\d+) /m;

let serial = 0n;

/** A mark for the next upstream of this process, as the shell and /proc write it. */
export function nextLimitMark(): string {
  serial = (serial + 1n) & SERIAL_BITS;
  const starter = BigInt(process.pid) & STARTER_BITS;
  return String((OURS << OURS_AT) | (starter << STARTER_AT) | serial);
}

/** Shell text that puts the mark on the shell and all that it starts; `-w` or `-x`, by the shell. */
export function limitMarkScript(mark: string): string {
  return `ulimit -S -w ${mark} 2>/dev/null || ulimit -S -x ${mark} 2>/dev/null; `;
}

/** `null` where there is none of ours, or none to be read. */
export function readLimitMark(pid: number): string | null {
  const limits = readOrNull(`/proc/${pid}/limits`);
  const mark = FILE_LOCKS.exec(limits ?? '')?.[1];
  return mark !== undefined && BigInt(mark) >> OURS_AT === OURS ? mark : null;
}

/** The process that started whatever carries the mark. */
export function starterOf(mark: string): number {
  return Number((BigInt(mark) >> STARTER_AT) & STARTER_BITS);
}
