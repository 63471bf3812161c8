import type { RevokeOutcome } from '../../brokerApi/brokerProtocol.ts';
import { newRefusal, writeRefusal } from '../../brokerApi/refusalFiles.ts';
import type { WorkRefusal, WorkScope } from '../../brokerApi/workRefusal.ts';
import { messageOf, TaskHandlesError } from '../../common/errors.ts';
import { ExitCode, exitCodeOf } from '../exitCode.ts';
import { refusalLine } from './refusals.ts';
import type { Terminal } from './terminal.ts';
import type { TerminalOptions } from './terminalOptions.ts';

/** What came of it; `code` where it is not what the outcomes say. */
export interface RevokedAll {
  readonly outcomes: RevokeOutcome[];
  readonly code: ExitCode;
}

/** What says that no broker runs, and none can be started. */
const NOTHING_RUNS: ReadonlySet<string> = new Set(['broker_start_failed', 'socket_path_too_long']);

/** A request that is wrong is refused by nobody's disk either. */
const OUR_FAULTS: ReadonlySet<string> = new Set(['usage', 'invalid_message']);

/** The kill switch (P7): new work of the scope is refused in any case, broker or not. */
export async function revokeAll(terminal: Terminal): Promise<RevokedAll> {
  const scope = scopeOf(terminal.options);
  const { reason: note = null } = terminal.options;
  try {
    if (!terminal.mayHoldTasks) return await refuseAlone(terminal, scope, ExitCode.done);
    const params = { door: 'user', scope, ...(note === null ? {} : { note }) } as const;
    const { outcomes, refusal, isUnwritten } = await terminal.withBroker((client) =>
      client.request('tasks/revokeAll', params),
    );
    terminal.say(refusalLine(refusal));
    if (isUnwritten === true) terminal.say(UNWRITTEN);
    return { outcomes, code: isUnwritten === true ? ExitCode.failed : ExitCode.done };
  } catch (error) {
    if (!TaskHandlesError.is(error) || OUR_FAULTS.has(error.code)) throw error;
    terminal.say(messageOf(error));
    return await refuseAlone(terminal, scope, codeAfter(error));
  }
}

const UNWRITTEN =
  'The disk does not take that: it holds only while this broker runs, which tries again. Make room.';

/** Says so where work may go on. */
function codeAfter(error: TaskHandlesError): ExitCode {
  return NOTHING_RUNS.has(error.code)
    ? ExitCode.done
    : error.code === 'link_lost'
      ? ExitCode.noBroker
      : exitCodeOf(error);
}

/** The broker ends what is live of it as soon as there is one. */
async function refuseAlone(
  terminal: Terminal,
  scope: WorkScope,
  code: ExitCode,
): Promise<RevokedAll> {
  const { reason: note = null } = terminal.options;
  const refusal: WorkRefusal = newRefusal({ scope, by: 'user', client: 'terminal', note });
  await writeRefusal(terminal.paths.refusals, { refusal, isMerged: false });
  terminal.say(refusalLine(refusal));
  if (code !== ExitCode.done) {
    terminal.say('What runs could not be ended; `panic` ends it without the broker.');
  }
  return { outcomes: [], code };
}

function scopeOf({ route, workspace, conversation }: TerminalOptions): WorkScope {
  if (conversation !== undefined) return { kind: 'conversation', conversationId: conversation };
  const where = workspace === undefined ? {} : { workspace };
  if (route !== undefined) return { kind: 'route', route, ...where };
  return workspace === undefined ? { kind: 'everything' } : { kind: 'workspace', workspace };
}
