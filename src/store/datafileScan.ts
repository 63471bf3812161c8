import { createReadStream } from 'node:fs';
import { systemCodeOf } from '../common/errors.ts';
import { isJsonObject, parseJson } from '../common/json.ts';
import { LineReader } from '../common/lines.ts';

/** NeDB takes these for line ends; our own lines hold them escaped only. */
const FOREIGN_LINE_ENDS = /[\u0085\u2028\u2029]/;

/**
 * How many lines of a datafile NeDB would drop. It drops them for good, because loading rewrites
 * the file, so they are counted before. 0 when there is no file.
 */
export async function countBadLines(path: string): Promise<number> {
  let bad = 0;
  const count = (line: string) => {
    if (!isReadable(line)) bad += 1;
  };
  const lines = new LineReader(count, Number.POSITIVE_INFINITY);
  try {
    for await (const chunk of createReadStream(path)) lines.push(chunk);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 0;
    throw error;
  }
  const rest = lines.takeRest();
  if (rest.length > 0) count(rest.toString('utf8'));
  return bad;
}

function isReadable(line: string): boolean {
  if (FOREIGN_LINE_ENDS.test(line)) return false;
  const value = parseJson(line);
  if (!isJsonObject(value)) return false;
  return typeof value._id === 'string' || '$$indexCreated' in value || '$$indexRemoved' in value;
}
