import type { LogLine } from '../brokerApi/brokerProtocol.ts';
import { VERSION } from '../common/product.ts';
import type { AdminPolicy } from './authority/adminPolicy.ts';
import type { WorkRefusals } from './authority/workRefusals.ts';
import type { BrokerContext } from './brokerContext.ts';
import type { ControlConnection } from './controlConnection.ts';
import type { Notices } from './notices.ts';

export interface BrokerHandlerOptions {
  readonly context: BrokerContext;
  readonly liveCount: () => number;
  readonly notices: Notices;
  readonly adminPolicy: AdminPolicy;
  readonly refusals: Pick<WorkRefusals, 'all'>;
}

/** Registers the methods that are about the broker itself: its state, its end and its log. */
export function handleBrokerRequests(
  connection: ControlConnection,
  { context, liveCount, notices, adminPolicy, refusals }: BrokerHandlerOptions,
): void {
  const { lock, log, paths } = context;
  connection.handle('broker/status', () => ({
    pid: process.pid,
    version: VERSION,
    home: paths.root,
    live: liveCount(),
    clients: context.clients(),
    refusing: refusals.all.length > 0,
    refusals: refusals.all,
    locks: adminPolicy.locks,
    startedAt: lock.owner.startedAt,
  }));
  connection.handle('broker/stop', ({ drain }) => {
    context.stop({ drain: drain === true });
    return null;
  });
  connection.handle('notices/watch', () => {
    const changes = notices.onDidChange(() =>
      connection.notify('notices/changed', { notices: notices.all }),
    );
    connection.onClose(() => changes.dispose());
    return { notices: notices.all };
  });
  connection.handle('log/watch', () => {
    const lines = log.onLine((line: LogLine) => connection.notify('log/lines', { lines: [line] }));
    connection.onClose(() => lines.dispose());
    return { lines: [...log.lines] };
  });
}
