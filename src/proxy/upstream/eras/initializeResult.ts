import { isJsonObject, parseJson } from '../../../common/json.ts';
import { elementsOf } from '../../../common/jsonSpans.ts';
import {
  LAST_LEGACY_VERSION,
  LEGACY_VERSIONS,
  MODERN_VERSION,
  TASKS_EXTENSION,
} from '../../wire/mcpNames.ts';
import { sliceOf } from '../../wire/wireMessage.ts';
import { META_SERVER_INFO } from './eraNames.ts';
import { memberText, objectText, objectWithout } from './splices.ts';

const UNNAMED = '{"name":"unknown","version":"0"}';

/** Whether a result of `server/discover` is that of a server which speaks the modern era. */
export function isDiscovery(resultText: string): boolean {
  const versions = memberText(resultText, 'supportedVersions') ?? '';
  const spans = elementsOf(versions) ?? [];
  return spans.some((span) => sliceOf(versions, span) === `"${MODERN_VERSION}"`);
}

/** The `initialize` result (JSON text) of a server that said this of itself when discovered. */
export function initializeResult(paramsText: string, discoverText: string): string {
  const asked = parseJson(memberText(paramsText, 'protocolVersion') ?? '');
  const isLegacy = typeof asked === 'string' && LEGACY_VERSIONS.includes(asked);
  const serverInfo = objectText(objectText(discoverText, '_meta') ?? '{}', META_SERVER_INFO);
  const instructions = memberText(discoverText, 'instructions');
  const members = [
    `"protocolVersion":"${isLegacy ? asked : LAST_LEGACY_VERSION}"`,
    `"capabilities":${withoutTasks(objectText(discoverText, 'capabilities') ?? '{}')}`,
    `"serverInfo":${serverInfo ?? UNNAMED}`,
    ...(instructions === null ? [] : [`"instructions":${instructions}`]),
  ];
  return `{${members.join(',')}}`;
}

/** The extension exists in the modern era only (SEP-2663); the other extensions stay. */
function withoutTasks(capabilities: string): string {
  const extensions = objectText(capabilities, 'extensions');
  if (extensions === null) return capabilities;
  const rest = objectWithout(extensions, [TASKS_EXTENSION]);
  const others = objectWithout(capabilities, ['extensions']);
  if (isEmpty(rest)) return others;
  return isEmpty(others)
    ? `{"extensions":${rest}}`
    : `${others.slice(0, -1)},"extensions":${rest}}`;
}

function isEmpty(objectJson: string): boolean {
  const value = parseJson(objectJson);
  return isJsonObject(value) && Object.keys(value).length === 0;
}
