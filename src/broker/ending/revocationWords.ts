import { redactSecrets } from '../../common/redact.ts';
import type { LiveCall } from '../../proxy/downstream/liveCall.ts';
import type { Door, RevocationLevel } from '../../registry/taskRecord.ts';

/** For the model whose call was ended. */
export function endedText(
  { tool }: LiveCall,
  { door, note }: { door: Door; note: string | null },
): string {
  const who = door === 'user' ? 'The user' : `The ${door}`;
  const why = note === null ? '' : ` ${note}`;
  return `${who} stopped this call of \`${tool}\`.${why} Do not start it again unless the user asks.`;
}

/** A server that has not answered may be at it still; one that has answered has stopped. */
export function noteFor(level: RevocationLevel, call: LiveCall | undefined): string | null {
  if (level === 'none' && call?.isAttached === false) {
    return 'Its server was not found again yet, so the work may go on there.';
  }
  if (call?.isPendingUpstream !== true) return null;
  return 'Its server was asked to stop and had not answered; it serves others too, so it was not ended and may go on working.';
}

/** What somebody gave as a reason goes to disk, and to whoever asks for the task. */
export function withoutSecrets(note: string | null): string | null {
  return note === null ? null : redactSecrets(note);
}

/** Of what ends with a server because something else there is ended by force. No handle is named (P8). */
export function sharedNote(tools: readonly string[], note: string | null): string | null {
  const names = [...new Set(tools)].map((tool) => `\`${tool}\``).join(', ');
  if (names === '') return note;
  return joinedNotes([
    `Its server was ended by force to stop ${names}, which it served too.`,
    note,
  ]);
}

export function joinedNotes(notes: readonly (string | null)[]): string {
  return notes.filter((note) => note !== null).join(' ');
}
