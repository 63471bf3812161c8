import { KeyedTasks } from '../proxy/downstream/keyedTasks.ts';
import { LearnedHandOffs } from '../proxy/downstream/learnedHandOffs.ts';
import { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import { Predecessors } from '../proxy/downstream/predecessors.ts';
import { TaskQuestions } from '../proxy/downstream/taskQuestions.ts';
import { UnendedWork } from '../proxy/downstream/unendedWork.ts';
import type { PartsBase } from './brokerContext.ts';
import type { RecordParts } from './recordParts.ts';
import { RouteTable } from './routeTable.ts';
import { RowFeed } from './rowFeed.ts';
import { TaskRows } from './taskRows.ts';

/** What is known of the work that runs, and the rows that people see of it. */
export interface WorkParts {
  readonly calls: LiveCalls;
  readonly routes: RouteTable;
  readonly questions: TaskQuestions;
  readonly unended: UnendedWork;
  readonly predecessors: Predecessors;
  readonly keyed: KeyedTasks;
  readonly learned: LearnedHandOffs;
  readonly rows: TaskRows;
  readonly feed: RowFeed;
}

/** Rows follow the records from now on. */
export function openWork(base: PartsBase, { registry, time }: RecordParts): WorkParts {
  const { clock, log, owned } = base;
  const { outlook } = time;
  const calls = owned.add(new LiveCalls(clock));
  const routes = owned.add(new RouteTable(clock));
  const questions = owned.add(new TaskQuestions(registry, log));
  const unended = owned.add(new UnendedWork());
  const rows = new TaskRows(registry, calls, { clock, outlook, questions, unended });
  const feed = owned.add(new RowFeed(rows, clock));
  feed.follow(registry, calls, questions, unended);
  const predecessors = owned.add(new Predecessors(clock));
  const keyed = new KeyedTasks(registry);
  const learned = new LearnedHandOffs();
  return { calls, routes, questions, unended, predecessors, keyed, learned, rows, feed };
}
