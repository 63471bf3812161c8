import { createHash } from 'node:crypto';
import { type InputDefinition, isRemote, type ServerEntry } from './serverEntry.ts';

/**
 * What a person agrees to: everything that decides which program runs and how, or what is sent
 * where, with variables as they were written. Inputs that run editor commands count, because their answers are put in.
 */
export function entryHash(entry: ServerEntry, inputs: readonly InputDefinition[]): string {
  const used = inputs
    .filter((input) => input.type === 'command' && usesInput(entry, input.id))
    .map((input) => (input.type === 'command' ? [input.id, input.command, input.args ?? null] : []))
    .sort();
  const text = JSON.stringify([...identityOf(entry), used]);
  return createHash('sha256').update(text).digest('hex');
}

function identityOf(entry: ServerEntry): unknown[] {
  if (isRemote(entry)) return [entry.type, entry.url, sorted(entry.headers)];
  const { command, args, cwd, env, envFile } = entry;
  return [command, args, cwd, envFile, sorted(env)];
}

function sorted(values: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Ids of the inputs that an entry asks for. */
export function inputsOf(entry: ServerEntry): string[] {
  const ids = textsOf(entry).flatMap((text) =>
    [...(text ?? '').matchAll(/\$\{input:([^{}]+)\}/g)].map((match) => match[1] ?? ''),
  );
  return [...new Set(ids)];
}

function textsOf(entry: ServerEntry): (string | null)[] {
  if (isRemote(entry)) return [entry.url, ...Object.values(entry.headers)];
  const { command, args, cwd, env, envFile } = entry;
  return [command, ...args, cwd, envFile, ...Object.values(env)];
}

function usesInput(entry: ServerEntry, id: string): boolean {
  return inputsOf(entry).includes(id);
}
