/** What would move a cursor, end a line or reverse its direction when it is shown. */
const UNSHOWN = /[\p{Cc}\p{Cf}\u2028\u2029]+/gu;

/** Text of others on one short line: it is shown to a model, and to people in logs. */
export function plainText(text: string, mostCharacters: number): string {
  const line = text.replace(UNSHOWN, ' ').trim();
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters)}…`;
}
