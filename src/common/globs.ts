/**
 * Whether the whole text is as the glob says: `*` any text, `?` any character. Linear for any glob:
 * stepping back over the last `*` is enough, so no pattern can hang us.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    if (glob[g] === '*') {
      starAt = g++;
      resumeAt = t;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g++;
      t++;
    } else if (starAt !== -1) {
      g = starAt + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

/** Whether the glob fits some text that begins so. */
export function mayMatchBelow(glob: string, beginning: string): boolean {
  for (let end = 0; end <= glob.length; end++) {
    if (matchesGlob(glob.slice(0, end), beginning)) return true;
  }
  return false;
}
