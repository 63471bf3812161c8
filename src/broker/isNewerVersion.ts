/** Whether `candidate` is a later release than `current`; what is no version is not newer. */
export function isNewerVersion(candidate: string, current: string): boolean {
  const theirs = numbersOf(candidate);
  const ours = numbersOf(current);
  const at = theirs.findIndex((number, index) => number !== ours[index]);
  return at !== -1 && (theirs[at] ?? 0) > (ours[at] ?? 0);
}

function numbersOf(version: string): number[] {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?![\d.])/.exec(version);
  return match === null ? [] : match.slice(1).map(Number);
}
