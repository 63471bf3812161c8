import type { HomePaths } from '../../src/brokerApi/home.ts';
import { ensureHome } from '../../src/brokerApi/home.ts';
import { systemClock } from '../../src/common/clock.ts';
import type { Log } from '../../src/common/log.ts';
import { Registry } from '../../src/registry/registry.ts';
import type { TaskDraft } from '../../src/registry/taskDraft.ts';
import type { TaskEvent } from '../../src/registry/taskEvent.ts';
import type { TaskRecord } from '../../src/registry/taskRecord.ts';
import { AuditFiles } from '../../src/store/auditFiles.ts';
import { FileTaskStore } from '../../src/store/fileTaskStore.ts';

const WORKSPACES = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb', 'cccccccccccccccc'];
/** So many are on their way to disk at a time. */
const AT_ONCE = 2_000;
const RESULT = JSON.stringify({
  content: [{ type: 'text', text: 'Build succeeded. '.repeat(20) }],
});
const log: Log = {
  write: (level, message) => {
    if (level === 'error') throw new Error(message);
  },
};

/** How many handles a home gets. */
export interface HomeContents {
  readonly handles: number;
  readonly archived: number;
}

/** Fills a home as a broker does: every task made, ended, audited and written by the real parts. */
export async function fillHome(paths: HomePaths, contents: HomeContents): Promise<void> {
  ensureHome(paths);
  const isFenced = () => false;
  const store = new FileTaskStore({ home: paths.root, log, isFenced });
  const audit = new AuditFiles({ folder: paths.audit, log, isFenced });
  const registry = new Registry({ store, archive: store, audit, clock: systemClock, log });
  try {
    await registry.load();
    for (let made = 0; made < contents.archived; made += AT_ONCE) {
      const old = await makeEnded(registry, Math.min(AT_ONCE, contents.archived - made), stopped);
      await registry.archive(old.map(({ handle }) => handle));
    }
    for (let made = 0; made < contents.handles; made += AT_ONCE) {
      await makeEnded(registry, Math.min(AT_ONCE, contents.handles - made), endOf);
    }
    await registry.flush();
  } finally {
    registry.dispose();
  }
}

function makeEnded(
  registry: Registry,
  count: number,
  ending: (number: number) => TaskEvent,
): Promise<TaskRecord[]> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return Promise.all(
    numbers.map(async (number) => {
      const { handle } = await registry.create(draftOf(number));
      const { record } = await registry.apply(handle, ending(number));
      return record;
    }),
  );
}

function draftOf(number: number): TaskDraft {
  return {
    route: `server-${number % 7}`,
    workspace: WORKSPACES[number % WORKSPACES.length] ?? null,
    tool: `tool_${number % 11}`,
    argument: `npm run build -- --target package-${number}`,
    argumentsHash: number.toString(16).padStart(64, '0'),
    progress: { progress: 3, total: 4, message: 'Building image' },
    startedAtMs: Date.now(),
    ttlMs: 86_400_000,
    pollIntervalMs: 5_000,
    client: { name: 'bench', version: '1', conversationId: null },
    idempotencyKeyHash: null,
    remote: null,
    deadlines: { totalTimeoutMs: 14_400_000, idleTimeoutMs: 600_000, ranMs: 0 },
    upstream: { pid: 1, startTime: '1', bootId: 'bench' },
  };
}

/** Archived ones are without a result: each is a file, and nobody wants to wait for 100,000. */
function stopped(): TaskEvent {
  return { type: 'revoked', by: 'user', note: 'no longer wanted' };
}

/** Most tasks have a result, some were stopped, some failed. */
function endOf(number: number): TaskEvent {
  if (number % 10 === 0) return { type: 'revoked', by: 'user', note: 'no longer wanted' };
  if (number % 10 === 1) return { type: 'upstreamExited', note: 'exit code 1' };
  return { type: 'completed', isError: false, resultJson: RESULT };
}
