import { createHash } from 'node:crypto';
import { applyEdits, findNodeAtLocation, modify, type Node, parseTree } from 'jsonc-parser';
import { TaskHandlesError } from '../common/errors.ts';
import type { HostConfigKind } from './hostConfigFile.ts';

/** What undoing an edit needs. */
export interface EntryEdit {
  readonly start: number;
  /** The part that was replaced, and by what. */
  readonly before: string;
  readonly after: string;
  /** Hash of the whole text after the edit. */
  readonly hash: string;
}

export interface DisabledEntry {
  /** The whole text of the file without the entry. */
  readonly text: string;
  readonly edit: EntryEdit;
}

export interface EntryPlace {
  readonly kind: HostConfigKind;
  readonly name: string;
}

const MARK =
  '// Disabled by MCP Task Handles, which runs this server itself: "Untrack" restores it.';

/**
 * Takes an entry out of a host's file, byte for byte undone by `restoreEntry`. Where the file may
 * hold comments it stays there as one, so that it can be brought back without us, too.
 */
export function disableEntry(text: string, { kind, name }: EntryPlace): DisabledEntry {
  const property = propertyOf(text, { kind, name });
  const range = rangeOf(text, property);
  const before = text.slice(range.start, range.end);
  const after = kind === 'root' ? range.kept : commentedOut(text, property, range);
  const edited = text.slice(0, range.start) + after + text.slice(range.end);
  return { text: edited, edit: { start: range.start, before, after, hash: hashOf(edited) } };
}

/** Puts an entry back if its place is as we left it; else `undefined`. */
export function restoreEntry(text: string, edit: EntryEdit): string | undefined {
  const { before, after } = edit;
  if (hashOf(text) === edit.hash) {
    return text.slice(0, edit.start) + before + text.slice(edit.start + after.length);
  }
  if (!after.includes(MARK)) return undefined;
  const start = text.indexOf(after);
  if (start === -1 || text.indexOf(after, start + 1) !== -1) return undefined;
  return text.slice(0, start) + before + text.slice(start + after.length);
}

/** Adds an entry to a file that has changed since, keeping all that is there. */
export function addEntry(text: string, place: EntryPlace, value: unknown): string {
  const isTab = /^\t/m.test(text);
  const formattingOptions = { insertSpaces: !isTab, tabSize: isTab ? 1 : 2, eol: eolOf(text) };
  const edits = modify(text, [rootKey(place.kind), place.name], value, { formattingOptions });
  return applyEdits(text, edits);
}

function propertyOf(text: string, { kind, name }: EntryPlace): Node {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const value = root && findNodeAtLocation(root, [rootKey(kind), name]);
  if (value?.parent === undefined) {
    throw new TaskHandlesError('usage', `Server \`${name}\` is no longer in its file.`);
  }
  return value.parent;
}

function rootKey(kind: HostConfigKind): string {
  return kind === 'root' ? 'mcpServers' : 'servers';
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** Text between a comma that goes and the entry that goes. */
  readonly kept: string;
}

/** The entry with the one comma that would be too many without it. */
function rangeOf(text: string, property: Node): Range {
  const siblings = property.parent?.children ?? [];
  const index = siblings.indexOf(property);
  const end = endOf(property);
  const next = siblings[index + 1];
  const commaAfter = commaBetween(text, end, next?.offset ?? endOf(property.parent) - 1);
  if (commaAfter !== undefined) return { start: property.offset, end: commaAfter + 1, kept: '' };
  const previous = siblings[index - 1];
  const commaBefore = previous && commaBetween(text, endOf(previous), property.offset);
  if (commaBefore === undefined) return { start: property.offset, end, kept: '' };
  return { start: commaBefore, end, kept: text.slice(commaBefore + 1, property.offset) };
}

function endOf(node: Node | undefined): number {
  return node === undefined ? 0 : node.offset + node.length;
}

/** Finds a comma outside of comments. */
function commaBetween(text: string, start: number, end: number): number | undefined {
  const pattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|,/g;
  for (const match of text.slice(start, end).matchAll(pattern)) {
    if (match[0] === ',') return start + match.index;
  }
  return undefined;
}

/** Line comments: an entry may hold what ends a block comment, as globs do. */
function commentedOut(text: string, property: Node, { start, end, kept }: Range): string {
  const eol = eolOf(text);
  const indent = /[^\S\n]*$/.exec(text.slice(0, property.offset))?.[0] ?? '';
  const entry = text.slice(Math.max(property.offset, start), end);
  const lines = [MARK, ...entry.split(/\r?\n/).map((line) => `// ${line}`)];
  const isLineEnd = /^[^\S\n]*(\r?\n|$)/.test(text.slice(end));
  return kept + lines.join(eol + indent) + (isLineEnd ? '' : eol + indent);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function eolOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
