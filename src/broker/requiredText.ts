import { TaskHandlesError } from '../common/errors.ts';
import type { JsonObject } from '../common/json.ts';

/** The text under this key of a request's params. Throws `invalid_message` where there is none. */
export function requiredText(params: JsonObject, key: string): string {
  const value = params[key];
  if (typeof value === 'string' && value !== '') return value;
  throw new TaskHandlesError('invalid_message', `\`${key}\` must be a text that is not empty.`);
}
