import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../common/json.ts';
import { isSecretName, redactSecrets } from '../common/redact.ts';

const MAX_LENGTH = 120;
/** Enough to redact and shorten from; an argument may be megabytes. */
const MAX_READ = 2_000;
const MAX_MEMBERS = 20;

/** What people recognise a call by, the most telling first. */
const TELLING_NAMES = [
  ...['command', 'cmd', 'script', 'query', 'path', 'file', 'filename', 'file_path', 'filePath'],
  ...['url', 'uri', 'target', 'name', 'title', 'message', 'prompt', 'text', 'input'],
];

/**
 * One line that tells a person what was called: redacted, without control characters, short. The
 * members in `redactKeys` are kept back as those with the name of a secret are.
 */
export function previewArguments(args: unknown, redactKeys: readonly string[] = []): string {
  const text = isJsonObject(args) ? objectText(args, redactKeys) : (scalarText(args) ?? '');
  return toLine(text, redactKeys);
}

function objectText(args: JsonObject, redactKeys: readonly string[]): string {
  return (
    tellingValue(args, redactKeys) ??
    firstShortText(args, redactKeys) ??
    membersText(args, redactKeys)
  );
}

/** SHA-256 of the canonical JSON: equal for equal arguments, whatever the order of members. */
export function hashArguments(args: unknown): string {
  return createHash('sha256').update(canonicalJson(args)).digest('hex');
}

function tellingValue(args: JsonObject, redactKeys: readonly string[]): string | undefined {
  for (const name of TELLING_NAMES) {
    if (isSecretName(name, redactKeys)) continue;
    const text = Object.hasOwn(args, name) ? scalarText(args[name]) : undefined;
    if (text) return text;
  }
  return undefined;
}

function firstShortText(args: JsonObject, redactKeys: readonly string[]): string | undefined {
  for (const [name, value] of Object.entries(args).slice(0, MAX_MEMBERS)) {
    if (typeof value !== 'string' || isSecretName(name, redactKeys)) continue;
    if (value.trim() !== '' && value.length <= MAX_LENGTH) return value;
  }
  return undefined;
}

function membersText(args: JsonObject, redactKeys: readonly string[]): string {
  return Object.entries(args)
    .slice(0, MAX_MEMBERS)
    .map(([name, value]) => {
      const shown = isSecretName(name, redactKeys) ? '***' : (scalarText(value) ?? '…');
      return `${name}=${shown}`;
    })
    .join(' ');
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.slice(0, MAX_READ);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  const words: unknown[] = value.slice(0, MAX_MEMBERS);
  const isPlain = words.every((word) => typeof word === 'string' || typeof word === 'number');
  return isPlain ? words.join(' ').slice(0, MAX_READ) : undefined;
}

/** Format characters go too: they can turn the direction of the text around them. */
function toLine(text: string, redactKeys: readonly string[]): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const line = redactSecrets(flat, redactKeys);
  if (line.length <= MAX_LENGTH) return line;
  return `${line.slice(0, MAX_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`);
  return `{${members.join(',')}}`;
}
