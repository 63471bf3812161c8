/** ESC [ … m and the like, whole: what follows the escape would else stay as rubbish. */
const ESCAPE_SEQUENCE = /(?![\n\t])\p{Cc}\[[\d;?<=>]*[ -/]*[@-~]/gu;
/** Control characters and the marks that reorder text; not line ends and tabs. */
const UNSAFE = /(?![\n\t])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Upstream text for a terminal: it must not move the cursor or hide anything. Line ends stay. */
export function plainText(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(ESCAPE_SEQUENCE, '').replace(UNSAFE, '');
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim();
}

/** Cut to a number of characters, the last of which then says so. */
export function shortened(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  return `${characters.slice(0, Math.max(0, length - 1)).join('')}…`;
}
