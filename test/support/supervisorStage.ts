import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { BrokerRequests, TaskRow } from '../../src/brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../../src/common/errors.ts';
import { BrokerSession } from '../../src/supervise/brokerSession.ts';
import { ChangeCursors } from '../../src/supervise/changeCursor.ts';
import { TaskMirror } from '../../src/supervise/taskMirror.ts';
import { TOOLS } from '../../src/supervise/tools/tools.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeConnection } from './fakeConnection.ts';

type Answers = {
  [M in keyof BrokerRequests]?: (params: BrokerRequests[M]['params']) => unknown;
};

/** A control link whose broker knows the rows that a test gives it. */
export class RowsLink extends FakeConnection {
  readonly requests: { method: string; params: unknown }[] = [];

  constructor(
    private readonly rows: () => readonly TaskRow[],
    private readonly answers: Answers,
  ) {
    super();
  }

  override async request<M extends keyof BrokerRequests>(
    method: M,
    params: BrokerRequests[M]['params'],
  ): Promise<BrokerRequests[M]['result']> {
    this.requests.push({ method, params });
    const scripted = this.answers[method];
    if (scripted !== undefined) return (await scripted(params)) as BrokerRequests[M]['result'];
    if (method === 'tasks/list') return { rows: [...this.rows()] } as BrokerRequests[M]['result'];
    if (method === 'tasks/get') {
      const { id } = params as { id: string };
      const row = this.rows().find((one) => one.id === id) ?? null;
      return { row } as BrokerRequests[M]['result'];
    }
    return super.request(method, params);
  }
}

export interface SupervisorScript {
  readonly rows?: readonly TaskRow[];
  readonly answers?: Answers;
}

/** One supervisor before a broker of the test's own, with time that stands still. */
export function supervisorStage({ rows = [], answers = {} }: SupervisorScript = {}) {
  const clock = new FakeClock();
  const mirror = new TaskMirror(clock);
  const links: RowsLink[] = [];
  const state = { rows: [...rows], isAway: false };
  const starts: boolean[] = [];
  const session = new BrokerSession({
    open: async (mayStart) => {
      starts.push(mayStart);
      if (state.isAway) throw new TaskHandlesError('no_broker', 'No broker is running.');
      const link = new RowsLink(() => state.rows, answers);
      links.push(link);
      return link;
    },
    mirror,
    clock,
    say: () => {},
  });
  const context = { session, mirror, cursors: new ChangeCursors(), clock };
  return {
    ...context,
    state,
    links,
    starts,
    /** The broker tells rows as they are now. */
    tell: (...changed: readonly TaskRow[]) => {
      const ids = new Set(changed.map(({ id }) => id));
      state.rows = [...state.rows.filter(({ id }) => !ids.has(id)), ...changed];
      links.at(-1)?.notify('tasks/changed', { rows: [...changed], removed: [] });
    },
    remove: (...removed: readonly string[]) => {
      state.rows = state.rows.filter(({ id }) => !removed.includes(id));
      links.at(-1)?.notify('tasks/changed', { rows: [], removed: [...removed] });
    },
    call: async (name: string, args: unknown = {}): Promise<CallToolResult> => {
      const tool = TOOLS.find(({ definition }) => definition.name === name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      const { signal } = new AbortController();
      return await tool.call(args, { ...context, signal });
    },
  };
}

/** What an answer holds for a program; fails where it is an error. */
export function structureOf<T>(answer: CallToolResult): T {
  if (answer.isError) throw new Error(sentenceIn(answer));
  return answer.structuredContent as T;
}

/** What an answer says first. */
export function sentenceIn({ content: [first] }: CallToolResult): string {
  return first?.type === 'text' ? first.text : '';
}
