import { MODERN_VERSION } from '../../wire/mcpNames.ts';
import { META_SERVER_INFO } from './eraNames.ts';
import { memberText, objectText, objectWithout } from './splices.ts';

/** The `server/discover` result (JSON text) of a server that was initialised with this result. */
export function discoverResult(initializeText: string): string {
  const instructions = memberText(initializeText, 'instructions');
  const serverInfo = objectText(initializeText, 'serverInfo');
  const members = [
    '"resultType":"complete"',
    `"supportedVersions":["${MODERN_VERSION}"]`,
    `"capabilities":${modernCapabilities(initializeText)}`,
    ...(instructions === null ? [] : [`"instructions":${instructions}`]),
    '"ttlMs":0',
    '"cacheScope":"private"',
    ...(serverInfo === null ? [] : [`"_meta":{"${META_SERVER_INFO}":${serverInfo}}`]),
  ];
  return `{${members.join(',')}}`;
}

/** Without tasks: those of 2025-11-25 must not be announced in 2026-07-28 (SEP-2663). */
function modernCapabilities(initializeText: string): string {
  return objectWithout(objectText(initializeText, 'capabilities') ?? '{}', ['tasks']);
}
