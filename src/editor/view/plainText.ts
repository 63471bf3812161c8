/** What breaks a line, hides text or turns its direction: control, format and separator characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Untrusted text as one short line that shows what it holds. */
export function oneLine(text: string, maxLength = 120): string {
  const line = text.replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).trimEnd()}…`;
}

/** A path is told by its end; all else by its beginning. */
export function shortPath(text: string, maxLength: number): string {
  if (text.length <= maxLength || !/^[^\s=]*[\\/][^\s]*$/.test(text))
    return oneLine(text, maxLength);
  const tail = text.slice(1 - maxLength);
  const cut = tail.search(/[\\/]/);
  return `…${cut > 0 && cut < tail.length - 1 ? tail.slice(cut) : tail}`;
}

/** For places that draw `$(name)` as an icon: status bar, quick pick. */
export function withoutIcons(text: string): string {
  return text.replace(/\$\(/g, '\\$(');
}

/** For notifications, which draw `[text](command:…)` as a link. */
export function withoutLinks(text: string): string {
  return text.replace(/\[/g, '(').replace(/\]/g, ')');
}

/** For a place between backticks in a notification. */
export function quotable(text: string, maxLength: number): string {
  return withoutLinks(oneLine(text, maxLength)).replace(/`/g, "'");
}

/** For Markdown: every character that could mean something there, links of plain addresses too. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@/=^"']/g, (mark) =>
    ASCII_ENTITY.has(mark) ? `&#${mark.charCodeAt(0)};` : `\\${mark}`,
  );
}

/** A backslash does not stop these everywhere; an entity does. */
const ASCII_ENTITY: ReadonlySet<string> = new Set(['<', '>', '&', '$', ':', '@', '/']);
