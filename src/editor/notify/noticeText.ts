import type { Notice } from '../../brokerApi/brokerProtocol.ts';
import { l10n } from '../l10n.ts';
import { oneLine, withoutLinks } from '../view/plainText.ts';

/** A broker repeats its notices: a message of one moment is one notice. */
export function noticeKey({ time, message }: Notice): string {
  return `${time} ${message}`;
}

/** One message for all that is new; the log has the others. */
export function noticeText(notices: readonly Notice[]): string | undefined {
  const newest = notices.at(-1);
  if (newest === undefined) return undefined;
  const text = withoutLinks(oneLine(newest.message, 300));
  const more = notices.length - 1;
  return more === 0 ? text : l10n.t('{0} ({1} more in the log)', text, more);
}
