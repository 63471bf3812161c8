import { createHash, timingSafeEqual } from 'node:crypto';

/** In constant time, whatever the lengths: the answer's delay must not tell how much was right. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
