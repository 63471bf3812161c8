import { isJsonObject, type JsonObject, parseJson, stringOr } from '../../common/json.ts';
import { plainLine, plainText } from './plainText.ts';

/** A tool result for a person: its texts, and a word for each thing that is none. */
export function resultText(resultJson: string): string {
  const result = parseJson(resultJson);
  if (!isJsonObject(result)) return plainText(resultJson);
  const blocks = Array.isArray(result.content) ? result.content.filter(isJsonObject) : [];
  if (blocks.length > 0) return blocks.map(blockText).join('\n');
  const { structuredContent } = result;
  return structuredContent === undefined
    ? ''
    : plainText(JSON.stringify(structuredContent, null, 2));
}

/** Whether the tool itself said that it failed. */
export function isErrorResult(resultJson: string): boolean {
  const result = parseJson(resultJson);
  return isJsonObject(result) && result.isError === true;
}

function blockText(block: JsonObject): string {
  if (block.type === 'text') return plainText(stringOr(block.text, ''));
  const resource = isJsonObject(block.resource) ? block.resource : block;
  if (typeof resource.text === 'string') return plainText(resource.text);
  const facts = [block.type, resource.mimeType, resource.uri].filter(
    (fact) => typeof fact === 'string',
  );
  return `[${plainLine(facts.join(' '))}]`;
}
