import { isJsonObject, type JsonObject, stringOr } from '../common/json.ts';
import type { InputDefinition } from './serverEntry.ts';

export type ParsedInput = { readonly input: InputDefinition } | { readonly problem: string };

/** Reads one entry of `inputs`; the problem is a sentence of its own. */
export function parseInput(value: unknown): ParsedInput {
  if (!isJsonObject(value)) return { problem: 'an input is not an object.' };
  const { id, type } = value;
  if (typeof id !== 'string' || id === '') return { problem: 'an input has no `id`.' };
  const base = { id, description: stringOr(value.description, id) };
  if (type === 'promptString') {
    const password = value.password === true;
    return { input: { ...base, type, default: stringOr(value.default, ''), password } };
  }
  if (type === 'command') return parseCommandInput(base, value);
  if (type === 'pickString') {
    const options = Array.isArray(value.options) ? value.options.flatMap(parseOption) : [];
    if (options.length === 0)
      return { problem: `input \`${id}\`: has no \`options\` to pick from.` };
    return { input: { ...base, type, default: stringOr(value.default, ''), options } };
  }
  const known = '"promptString", "pickString" or "command"';
  return {
    problem: `input \`${id}\`: has the unknown type ${JSON.stringify(type)}; write ${known}.`,
  };
}

function parseCommandInput(
  base: { id: string; description: string },
  { command, args }: JsonObject,
): ParsedInput {
  if (typeof command !== 'string' || command === '') {
    return { problem: `input \`${base.id}\`: has no \`command\` to run.` };
  }
  return { input: { ...base, type: 'command', command, args } };
}

function parseOption(option: unknown): { label: string; value: string }[] {
  if (typeof option === 'string') return [{ label: option, value: option }];
  if (!isJsonObject(option) || typeof option.value !== 'string') return [];
  return [{ label: stringOr(option.label, option.value), value: option.value }];
}
