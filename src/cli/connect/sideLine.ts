import { isJsonObject, parseJson } from '../../common/json.ts';
import { idText, type RequestId } from './hostMessage.ts';

/** Our own lines between `connect` and broker begin exactly so; the host never sees them. */
const PREFIX = '{"$":';

export const REPLAY_LINE = '{"$":"replay"}';

export function isSideLine(line: string): boolean {
  return line.startsWith(PREFIX);
}

/** Tells the broker that an answer was dropped, because the host had cancelled its request. */
export function unwrittenLine(id: RequestId): string {
  return `${PREFIX}"unwritten","id":${idText(id)}}`;
}

/** What the broker wants on our stderr; `undefined` for side lines that a newer broker may send. */
export function stderrTextOf(line: string): string | undefined {
  const side = parseJson(line);
  if (!isJsonObject(side) || side.$ !== 'stderr') return undefined;
  return typeof side.text === 'string' ? side.text : undefined;
}
