import { redactSecrets } from '../../common/redact.ts';
import type { ChannelExit } from './upstreamChannel.ts';

/** One line: what happened and what to do. Goes to disk, so without what looks like a secret. */
export function describeExit(route: string, exit: ChannelExit): string {
  const lastLine = exit.stderrTail.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const words = redactSecrets(lastLine.slice(0, 300));
  // A remote server: it may well be alive.
  if (exit.code === null && exit.signal === null) {
    return `Server \`${route}\` is not connected any more${words === '' ? '.' : `: ${words}`}`;
  }
  const how =
    exit.signal !== null ? `was ended by ${exit.signal}` : `exited with code ${exit.code}`;
  const said = words === '' ? '' : ` Its last words: ${words}`;
  return `Server \`${route}\` ${how}.${said}`;
}
