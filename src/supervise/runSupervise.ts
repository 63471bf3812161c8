import { parseArgs } from 'node:util';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { ControlClient } from '../brokerApi/controlClient.ts';
import { resolveHome } from '../brokerApi/home.ts';
import { systemClock } from '../common/clock.ts';
import { DisposableStore } from '../common/disposable.ts';
import { messageOf, systemCodeOf, TaskHandlesError } from '../common/errors.ts';
import { PRODUCT } from '../common/product.ts';
import { BrokerSession } from './brokerSession.ts';
import { ChangeCursors } from './changeCursor.ts';
import { SuperviseServer } from './superviseServer.ts';
import { TaskMirror } from './taskMirror.ts';

/** An ordinary broker answers in milliseconds; one that has to start, in a second or two. */
const OPEN_WITHIN_MS = 15_000;

/**
 * Serves supervisor agents on stdin and stdout until the host closes stdin. stdout is the wire: what
 * is to be said goes to stderr. Rejects with `usage` for a wrong command line.
 */
export async function runSupervise(
  argv: readonly string[],
  { distFolder }: { distFolder: string },
): Promise<void> {
  const paths = resolveHome({ home: homeIn(argv) });
  const owned = new DisposableStore();
  const clock = systemClock;
  const mirror = owned.add(new TaskMirror(clock));
  const session = owned.add(
    new BrokerSession({
      open: (mayStart): Promise<ControlClient> =>
        ControlClient.open({
          paths,
          client: 'supervisor',
          onBehalfOf: clientOf(supervisor),
          start: mayStart ? { distFolder } : 'never',
          timeoutMs: OPEN_WITHIN_MS,
        }),
      mirror,
      clock,
      say: (line) => process.stderr.write(`${PRODUCT}: ${line}\n`),
    }),
  );
  const cursors = new ChangeCursors();
  const supervisor: SuperviseServer = owned.add(
    new SuperviseServer({ session, mirror, cursors, clock }),
  );
  // Not before: the broker is told for whom we speak.
  supervisor.server.oninitialized = () => session.start();
  const left = untilHostLeaves();
  await supervisor.server.connect(new StdioServerTransport());
  await left;
  owned.dispose();
}

/** As the client has named itself; one that has not is a supervisor all the same. */
function clientOf({ server }: SuperviseServer): { name: string; version: string } {
  const { name = 'supervisor', version = '' } = server.getClientVersion() ?? {};
  return { name, version };
}

function untilHostLeaves(): Promise<void> {
  return new Promise((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    process.stdout.once('error', () => resolve());
  });
}

function homeIn(argv: readonly string[]): string | undefined {
  try {
    const options = { home: { type: 'string' } } as const;
    return parseArgs({ args: [...argv], options }).values.home;
  } catch (error) {
    if (systemCodeOf(error)?.startsWith('ERR_PARSE_ARGS') !== true) throw error;
    const complaint = messageOf(error).split('. ', 1)[0]?.replace(/\.$/, '');
    throw new TaskHandlesError('usage', `${complaint}; supervise takes --home DIR alone.`);
  }
}
