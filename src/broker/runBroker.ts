import { ensureHome, type HomePaths, resolveHome } from '../brokerApi/home.ts';
import { fatalMark, HELD_MARK } from '../brokerApi/startBroker.ts';
import { messageOf } from '../common/errors.ts';
import { parseBrokerArguments } from './brokerArguments.ts';
import { BrokerLock } from './brokerLock.ts';
import { BrokerLog } from './brokerLog.ts';
import { BrokerProcess } from './brokerProcess.ts';

/**
 * Runs the broker of a home in this process until nobody needs it. When another one owns the home
 * this ends quietly with 0, so that starting twice is harmless. stderr is the start log.
 */
export async function runBroker(args: readonly string[]): Promise<void> {
  let startId: string | undefined;
  try {
    const parsed = parseBrokerArguments(args);
    const { home, idleExitMs } = parsed;
    startId = parsed.startId;
    const paths = resolveHome({ home });
    ensureHome(paths);
    const outcome = BrokerLock.acquire({ folder: paths.lockFolder });
    if (outcome.kind === 'held') process.stderr.write(`${HELD_MARK}${outcome.pid}\n`);
    else await ownHome(paths, outcome.lock, idleExitMs);
  } catch (error) {
    process.stderr.write(`${fatalMark(startId)}${messageOf(error)}\n`);
    process.exit(1);
  }
}

async function ownHome(paths: HomePaths, lock: BrokerLock, idleExitMs: number): Promise<void> {
  const log = new BrokerLog({ path: paths.brokerLog });
  exitOnFault(log);
  log.write('info', `Broker ${process.pid} owns ${paths.root} (lock ${lock.owner.number}).`);
  const broker = new BrokerProcess({ paths, lock, log, idleExitMs });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => broker.leave(signal));
  }
  try {
    await broker.start();
  } catch (error) {
    log.write('error', 'The broker could not start', error);
    throw error;
  }
}

/** A broker that may lie about its state is worse than none: the next one starts from the disk. */
function exitOnFault(log: BrokerLog): void {
  const exit = (error: unknown) => {
    const stack = error instanceof Error ? error.stack : undefined;
    log.write('error', `The broker ends on a fault: ${stack ?? messageOf(error)}`);
    process.exit(1);
  };
  process.on('uncaughtException', exit);
  process.on('unhandledRejection', exit);
}
