import { findNodeAtLocation, type Node, type ParseError, parse, parseTree } from 'jsonc-parser';
import { TaskHandlesError } from '../common/errors.ts';
import { isJsonObject } from '../common/json.ts';

/** An entry that stands in its file as a comment of ours. */
export interface DisabledEntry {
  readonly name: string;
  readonly value: unknown;
}

interface Block extends DisabledEntry {
  readonly start: number;
  readonly end: number;
  /** What stood there before. */
  readonly text: string;
}

const OPTIONS = { allowTrailingComma: true };
const MARK =
  /^(.*?)\/\/ Disabled by MCP Task Handles, which runs the next (\d+) lines? itself; "Untrack" brings back what is below\.\r?\n/gm;

function markFor(lines: number): string {
  const what = lines === 1 ? '1 line' : `${lines} lines`;
  return `// Disabled by MCP Task Handles, which runs the next ${what} itself; "Untrack" brings back what is below.`;
}

/**
 * Makes an entry of `servers` a comment, in line comments (an entry may hold what ends a block
 * comment, as globs do). All that is needed to bring it back stands in the file itself.
 */
export function disableEntry(text: string, name: string): string {
  const root = parseTree(text, [], OPTIONS);
  const property = root && findNodeAtLocation(root, ['servers', name])?.parent;
  if (property === undefined) {
    throw new TaskHandlesError('usage', `Server \`${name}\` is no longer in its file.`);
  }
  const start = property.offset;
  const end = endWithComma(text, property);
  const eol = eolOf(text);
  const indent = indentBefore(text, start);
  const lines = text.slice(start, end).split(/\r?\n/);
  const [first = '', ...rest] = lines;
  const comment = [markFor(lines.length), `${indent}// ${first}`];
  comment.push(...rest.map((line) => commentedOut(line, indent)));
  // An empty comment at the end: what follows stood on the same line.
  const isLineEnd = /^[^\S\n]*(\r?\n|$)/.test(text.slice(end));
  if (!isLineEnd) comment.push(`${indent}//`, indent);
  return text.slice(0, start) + comment.join(eol) + text.slice(end);
}

/** The entries of a file that we made comments. */
export function disabledEntries(text: string): DisabledEntry[] {
  return blocksOf(text).map(({ name, value }) => ({ name, value }));
}

/** Makes the comment an entry again; `undefined` when it is not there as we left it. */
export function restoreEntry(text: string, name: string): string | undefined {
  const block = blocksOf(text).find((one) => one.name === name);
  return block && text.slice(0, block.start) + block.text + text.slice(block.end);
}

function endWithComma(text: string, property: Node): number {
  const end = property.offset + property.length;
  const siblings = property.parent?.children ?? [];
  const next = siblings[siblings.indexOf(property) + 1];
  const limit = next?.offset ?? (property.parent?.offset ?? 0) + (property.parent?.length ?? 0);
  const between = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|,/g;
  for (const { 0: found, index } of text.slice(end, limit).matchAll(between)) {
    if (found === ',') return end + index + 1;
  }
  return end;
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(MARK)].flatMap((mark) => {
    const prefix = mark[1] ?? '';
    const start = mark.index + prefix.length;
    const block = blockAt(text, {
      start,
      body: mark.index + mark[0].length,
      lines: Number(mark[2]),
    });
    return block === undefined ? [] : [block];
  });
}

interface BlockPlace {
  readonly start: number;
  readonly body: number;
  readonly lines: number;
}

function blockAt(text: string, { start, body, lines }: BlockPlace): Block | undefined {
  const eol = eolOf(text);
  const indent = indentBefore(text, start);
  const entry = text.slice(body).split(eol, lines);
  const [first = '', ...rest] = entry;
  const restored = [
    withoutComment(first, indent, ''),
    ...rest.map((line) => {
      return withoutComment(line, indent, indent);
    }),
  ];
  if (entry.length < lines || !restored.every((line) => line !== undefined)) return undefined;
  const parsed = parseEntry(restored.join('\n'));
  if (parsed === undefined) return undefined;
  let end = body + entry.join(eol).length;
  const joint = `${eol}${indent}//${eol}${indent}`;
  if (text.startsWith(joint, end)) end += joint.length;
  return { ...parsed, start, end, text: restored.join(eol) };
}

/** In the column of the entry, so that it reads well; a line that starts before it, at its start. */
function commentedOut(line: string, indent: string): string {
  return line.startsWith(indent) ? `${indent}// ${line.slice(indent.length)}` : `//${line}`;
}

function withoutComment(line: string, indent: string, before: string): string | undefined {
  if (line.startsWith(`${indent}// `)) return before + line.slice(indent.length + 3);
  if (line === `${indent}//`) return before;
  return line.startsWith('//') ? line.slice(2) : undefined;
}

function parseEntry(text: string): DisabledEntry | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parse(`{${text}\n}`, errors, OPTIONS);
  const [entry, ...more] = isJsonObject(value) ? Object.entries(value) : [];
  if (errors.length > 0 || entry === undefined || more.length > 0) return undefined;
  return { name: entry[0], value: entry[1] };
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function indentBefore(text: string, offset: number): string {
  return /[^\S\n]*$/.exec(text.slice(0, offset))?.[0] ?? '';
}
