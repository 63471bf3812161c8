import { isJsonObject, parseJson } from '../../../common/json.ts';
import { isObjectAt, memberOf } from '../../../common/jsonSpans.ts';
import { META_CLIENT_CAPABILITIES, TASKS_EXTENSION } from '../../wire/mcpNames.ts';
import { withMember } from '../../wire/members.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';

/** The call says that we understand tasks; without an envelope it stays as it is. */
export function withExtension(message: WireMessage): string {
  const { text } = message;
  const capabilities = message.meta(META_CLIENT_CAPABILITIES);
  if (capabilities === null || !isObjectAt(text, capabilities)) return text;
  const extensions = memberOf(text, capabilities, 'extensions');
  if (extensions === null || !isObjectAt(text, extensions)) {
    return withMember(text, capabilities, ['extensions', `{"${TASKS_EXTENSION}":{}}`]);
  }
  return memberOf(text, extensions, TASKS_EXTENSION) === null
    ? withMember(text, extensions, [TASKS_EXTENSION, '{}'])
    : text;
}

/** The envelope of our own requests around a call: that of the call itself, the extension declared. */
export function envelopeFor(metaText: string): string {
  const meta = parseJson(metaText);
  if (!isJsonObject(meta)) return '{}';
  const own = Object.entries(meta).filter(([key]) => key.startsWith('io.modelcontextprotocol/'));
  const capabilities = meta[META_CLIENT_CAPABILITIES];
  const known = isJsonObject(capabilities) ? capabilities : {};
  const extensions = isJsonObject(known.extensions) ? known.extensions : {};
  return JSON.stringify({
    ...Object.fromEntries(own),
    [META_CLIENT_CAPABILITIES]: { ...known, extensions: { ...extensions, [TASKS_EXTENSION]: {} } },
  });
}
