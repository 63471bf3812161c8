import { isJsonObject } from '../../common/json.ts';
import { type HandleId, isTerminal } from '../../registry/taskRecord.ts';
import type { TaskView } from '../../registry/taskView.ts';
import type { CompanionNames } from './companions/companionTools.ts';

/** From this poll on the model is told to stop: models cannot sleep and guard against loops. */
const LAST_HELPFUL_POLL = 3;

/** One line for `initialize`'s `instructions`. */
export function instructionsLine(names: CompanionNames): string {
  return (
    'A call that takes long may return a task handle (th_…) instead of its result: the call goes ' +
    `on in the background, and ${names.poll} returns its result. Never repeat such a call.`
  );
}

/** The answer to a call that has become a task. */
export function handOffSentence(view: TaskView, names: CompanionNames): string {
  if (view.paused) return `NOT THE RESULT YET. ${pausedSentence(view, names)}`;
  return (
    `NOT THE RESULT YET. \`${view.tool}\` is still running as task ${view.handle} ` +
    `(${progressOf(view)}). Do not call \`${view.tool}\` again: that starts a second run. ` +
    'Do other work if you have any, then call ' +
    `${names.poll} {"handle":"${view.handle}"}: it waits up to 45 s and returns the result as ` +
    'soon as there is one.'
  );
}

/** The answer to a poll of a task that still runs; `nextCursor` numbers the polls. */
export function stillRunningSentence(
  view: TaskView,
  names: CompanionNames,
  options: { nextCursor: number; ttlMs: number },
): string {
  const { nextCursor, ttlMs } = options;
  if (nextCursor > LAST_HELPFUL_POLL + 1) {
    return (
      'Still running. Stop polling: tell the user that it goes on in the background, and end your ' +
      `turn. The result is kept for ${durationOf(ttlMs)}.`
    );
  }
  const call = `${names.poll} {"handle":"${view.handle}","cursor":"${nextCursor}"}`;
  return `Still running (${progressOf(view)}). Call ${call}.`;
}

/** The answer to a poll of a task that stands still, and to its pause. */
export function pausedSentence(view: TaskView, names: CompanionNames): string {
  const byAgent = view.pausedBy === 'agent';
  const resume = `${names.control} {"handle":"${view.handle}","action":"resume"}`;
  const now = byAgent
    ? `call ${resume} when it is to go on`
    : 'tell the user that it waits for them to resume it, and end your turn';
  return (
    `Task ${view.handle} (\`${view.tool}\`) is ${pausedText(view)} (${progressOf(view)}). It does not go ` +
    `on until it is resumed. Do not poll, and do not call \`${view.tool}\` again: ${now}.`
  );
}

/** The answer to a resumption. */
export function resumedSentence(view: TaskView, names: CompanionNames): string {
  const call = `${names.poll} {"handle":"${view.handle}"}`;
  return `Task ${view.handle} (\`${view.tool}\`) goes on. Call ${call} for its result.`;
}

/** `paused by the user`: a state, and who wants it so. */
function pausedText({ pausedBy }: TaskView): string {
  if (pausedBy === undefined) return 'paused';
  return `paused by ${pausedBy === 'agent' ? 'an agent' : `the ${pausedBy}`}`;
}

/** The answer to a poll of a task whose server asks something that only the person may answer. */
export function inputSentence(view: TaskView): string {
  const asked = Object.values(view.inputRequests ?? {}).flatMap(({ params }) =>
    isJsonObject(params) && typeof params.message === 'string' ? [`“${params.message}”`] : [],
  );
  const what = asked.length === 0 ? '' : `: ${asked.join(', ')}`;
  return (
    `Task ${view.handle} (\`${view.tool}\`) waits for the user${what}. Do not answer for them: tell ` +
    `them to answer it with \`mcp-task-handles answer ${view.handle}\` in a terminal, and end ` +
    'your turn.'
  );
}

/** The answer to a poll of a task that ended without a result. */
export function endedSentence(view: TaskView): string {
  const { reason } = view;
  if (reason === undefined) return `Task ${view.handle} (\`${view.tool}\`) has ${view.status}.`;
  const note = reason.note === undefined ? '' : ` ${reason.note}`;
  const task = `Task ${view.handle} (\`${view.tool}\`)`;
  return `${task} ${whatHappened(view)}.${note}${doubtClause(view)} ${whatNow(view)}`;
}

/**
 * `statusMessage` of MCP's own tasks: how far a live one is; of one that has ended without a result
 * who ended it, why, and what to do now.
 */
export function statusMessageOf(view: TaskView): string | undefined {
  const { status, percent, message } = view;
  if (status === 'completed') return undefined;
  if (isTerminal(status)) return endedSentence(view);
  const state = view.paused ? `${pausedText(view)}, does not go on until it is resumed` : null;
  const parts = [state, percent === undefined ? null : `${percent} %`, message ?? null];
  return parts.filter((part) => part !== null).join(', ') || undefined;
}

/** The answer to an unknown or malformed handle: the same words for both (P8). */
export const UNKNOWN_HANDLE =
  'No task has this handle. Handles look like th_ followed by 26 letters and digits; ' +
  'call the poll tool without a handle to list the tasks.';

/** The answer to a handle whose time is over, and to one that a newer version of us wrote. */
export function pastSentence(handle: HandleId, kind: 'expired' | 'future'): string {
  if (kind === 'expired') {
    return `Task ${handle} has expired: its time to live is over and its result is gone.`;
  }
  return `Task ${handle} was recorded by a newer version of MCP Task Handles; update it to see the task.`;
}

/** The answer to a revocation. */
export function revokedSentence(view: TaskView): string {
  const { handle, status } = view;
  if (status !== 'cancelled')
    return `Task ${handle} had already ended (${status}).${doubtClause(view)}`;
  return `Task ${view.handle} (\`${view.tool}\`) has been stopped for good.${levelClause(view)}`;
}

/** Its server was asked to stop, and has not said that it did. */
function doubtClause({ mayStillRun }: TaskView): string {
  if (mayStillRun !== true) return '';
  return ' Its server has not said that it stopped: it may still be working on it.';
}

function levelClause(view: TaskView): string {
  if (view.mayStillRun === true) return doubtClause(view);
  if (view.reason?.level !== 'cooperative') return '';
  return ' Its server was asked to stop; it may still be finishing.';
}

function whatHappened(view: TaskView): string {
  const who = view.reason?.by === 'agent' ? 'an agent' : `the ${view.reason?.by}`;
  switch (view.reason?.code) {
    case 'revoked':
      return `was stopped by ${view.reason.by === 'user' ? 'the user' : who}`;
    case 'cancelled':
      return 'was cancelled before its handle was delivered';
    case 'lost':
      return 'was lost: nobody knows whether it finished';
    case 'upstream_exit':
      return 'failed, because its server ended';
    case 'idle_timeout':
    case 'total_timeout':
      return 'was stopped because it took too long';
    default:
      return `failed: ${view.error?.message ?? 'no reason was given'}`;
  }
}

function whatNow(view: TaskView): string {
  if (view.reason?.code === 'revoked') return 'Do not start it again unless the user asks.';
  if (view.reason?.code === 'lost') {
    return `Check what it has done before you call \`${view.tool}\` again.`;
  }
  return 'There is no result.';
}

function progressOf(view: TaskView): string {
  const parts = [
    view.percent === undefined ? null : `${view.percent} %`,
    durationOf(view.elapsedMs),
    guessOf(view),
    view.message ?? null,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** From earlier runs, and marked as the guess that it is (P10). */
function guessOf({ estimate, elapsedMs }: TaskView): string | null {
  if (estimate === undefined || elapsedMs > estimate.totalMs) return null;
  return `~${durationOf(estimate.totalMs)} in all by earlier runs`;
}

/** `12 s`, `1 min 40 s`, `3 h 5 min`, `24 h`. */
export function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
