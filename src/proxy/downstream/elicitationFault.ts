import { isJsonObject, type JsonObject } from '../../common/json.ts';
import { QuestionMethod } from '../wire/mcpNames.ts';
import type { Question } from './taskQuestions.ts';

const ACTIONS: ReadonlySet<unknown> = new Set(['accept', 'decline', 'cancel']);

/** JSON types of `requestedSchema`'s members, which are primitives only (elicitation, form mode). */
const IS_OF_TYPE: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
};

/**
 * What is wrong with the answer to a question, in one sentence; `null` when nothing is. Only an
 * elicitation has a shape that can be told from the question; its server decides the rest.
 */
export function faultOfResponse(question: Question, response: JsonObject): string | null {
  if (question.method !== QuestionMethod.elicit) return null;
  const { action, content } = response;
  if (!ACTIONS.has(action)) return '`action` must be "accept", "decline" or "cancel".';
  if (action !== 'accept' || !isJsonObject(question.params)) return null;
  const schema = question.params.requestedSchema;
  return isJsonObject(schema) ? faultOfContent(schema, content) : null;
}

function faultOfContent(schema: JsonObject, content: unknown): string | null {
  if (!isJsonObject(content)) return 'To accept, `content` must be an object with what is asked.';
  const required = Array.isArray(schema.required) ? schema.required : [];
  const missing = required.find((name) => content[String(name)] === undefined);
  if (missing !== undefined) return `\`${missing}\` is missing.`;
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  for (const [name, value] of Object.entries(content)) {
    const fault = faultOfValue(properties[name], value);
    if (fault !== null) return `\`${name}\` ${fault}`;
  }
  return null;
}

function faultOfValue(schema: unknown, value: unknown): string | null {
  if (!isJsonObject(schema)) return 'is not asked for.';
  const { type, enum: allowed } = schema;
  if (typeof type === 'string' && IS_OF_TYPE[type]?.(value) === false)
    return `must be of type ${type}.`;
  if (!Array.isArray(allowed) || allowed.includes(value)) return null;
  return `must be one of ${allowed.join(', ')}.`;
}
