/** Whole megabytes (2²⁰ bytes) for people: the same of one record at every door, and never none of some. */
export function megabytesOf(bytes: number): number {
  return Math.max(1, Math.round(bytes / 2 ** 20));
}
