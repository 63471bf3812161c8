import type { ResultAnswer, TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { isJsonObject, type JsonObject, parseJson, stringOr } from '../../common/json.ts';
import { l10n } from '../l10n.ts';
import { reasonText } from '../view/reasonText.ts';
import { isLive } from '../view/rowFacts.ts';
import { endWord, titleOf } from '../view/rowText.ts';
import { shortDuration } from '../view/timeText.ts';

/** A result as a text to read: what it is of, then its parts, whatever their types. */
export function resultTextOf({ row, resultJson }: ResultAnswer): string {
  const result = resultJson === null ? undefined : parseJson(resultJson);
  const body = result === undefined ? withoutResult(row) : bodyOf(result);
  return `${[headerOf(row), ...body].join('\n\n')}\n`;
}

function headerOf(row: TaskRow): string {
  const lines = [
    titleOf(row),
    `${l10n.t('Handle')}: ${row.handle ?? l10n.t('none, not handed off')}`,
    `${l10n.t('Server')}: ${row.route}`,
    `${l10n.t('Status')}: ${stateOf(row)}`,
  ];
  if (row.hasLateResult) {
    lines.push(l10n.t('The result below came after the end. It was never given to the agent.'));
  }
  return `${lines.join('\n')}\n${'─'.repeat(60)}`;
}

function stateOf(row: TaskRow): string {
  if (isLive(row)) return l10n.t('running');
  return l10n.t('{0}, after {1}', endWord(row), shortDuration(row.elapsedMs));
}

function withoutResult(row: TaskRow): string[] {
  if (isLive(row)) return [l10n.t('There is no result yet: the task is still running.')];
  const parts = [l10n.t('This task has no result.')];
  if (row.error !== undefined) {
    parts.push(l10n.t('The server said: {0} (error {1})', row.error.message, row.error.code));
  }
  if (row.reason !== undefined) {
    parts.push(l10n.t('Reason: {0}', reasonText(row.reason)));
  }
  return parts;
}

function bodyOf(result: unknown): string[] {
  if (!isJsonObject(result)) return [pretty(result)];
  const { content, structuredContent, isError } = result;
  const parts = Array.isArray(content)
    ? content.filter((part) => !repeats(part, structuredContent)).map(partText)
    : [];
  if (isError === true) parts.unshift(l10n.t('The tool reports an error:'));
  if (structuredContent !== undefined) parts.push(pretty(structuredContent));
  return parts.length > 0 ? parts : [pretty(result)];
}

/** Servers repeat structured content as text, for clients that read no other. */
function repeats(part: unknown, structuredContent: unknown): boolean {
  if (structuredContent === undefined || !isJsonObject(part)) return false;
  const { type, text } = part;
  if (type !== 'text' || typeof text !== 'string') return false;
  return JSON.stringify(parseJson(text)) === JSON.stringify(structuredContent);
}

function partText(part: unknown): string {
  if (!isJsonObject(part)) return pretty(part);
  switch (part.type) {
    case 'text':
      return stringOr(part.text, '');
    case 'image':
    case 'audio':
      return binaryText(part);
    case 'resource_link':
      return `[${l10n.t('resource')}: ${stringOr(part.uri, '?')}]`;
    case 'resource':
      return resourceText(part.resource);
    default:
      return pretty(part);
  }
}

function binaryText(part: JsonObject): string {
  const bytes = Math.floor((stringOr(part.data, '').length * 3) / 4);
  return `[${String(part.type)}: ${stringOr(part.mimeType, '?')}, ${Math.ceil(bytes / 1024)} KB]`;
}

function resourceText(resource: unknown): string {
  if (!isJsonObject(resource)) return pretty(resource);
  const name = `[${l10n.t('resource')}: ${stringOr(resource.uri, '?')}]`;
  return typeof resource.text === 'string' ? `${name}\n${resource.text}` : name;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2) ?? '';
}
