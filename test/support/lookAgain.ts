const LOOKS = 100;

/** Looks at files of a broker that runs: again when one goes between its listing and its reading. */
export function lookAgain<T>(look: () => T): T {
  for (let left = LOOKS; ; left -= 1) {
    try {
      return look();
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
