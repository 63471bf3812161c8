import { createHash } from 'node:crypto';
import type { InputDefinition, StdioEntry } from './serverEntry.ts';

/**
 * What a person agrees to: everything that decides which program runs and how, with variables as
 * they were written. Inputs that run editor commands count, because their answers are put in.
 */
export function entryHash(entry: StdioEntry, inputs: readonly InputDefinition[]): string {
  const { command, args, cwd, env, envFile } = entry;
  const names = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  const used = inputs
    .filter((input) => input.type === 'command' && usesInput(entry, input.id))
    .map((input) => (input.type === 'command' ? [input.id, input.command, input.args ?? null] : []))
    .sort();
  const text = JSON.stringify([command, args, cwd, envFile, names, used]);
  return createHash('sha256').update(text).digest('hex');
}

/** Ids of the inputs that an entry asks for. */
export function inputsOf(entry: StdioEntry): string[] {
  const { command, args, cwd, env, envFile } = entry;
  const texts = [command, ...args, cwd, envFile, ...Object.values(env)];
  const ids = texts.flatMap((text) =>
    [...(text ?? '').matchAll(/\$\{input:([^{}]+)\}/g)].map((match) => match[1] ?? ''),
  );
  return [...new Set(ids)];
}

function usesInput(entry: StdioEntry, id: string): boolean {
  return inputsOf(entry).includes(id);
}
