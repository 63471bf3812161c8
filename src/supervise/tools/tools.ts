import { getAudit } from './getAudit.ts';
import { getTask } from './getTask.ts';
import { listTasks } from './listTasks.ts';
import { pauseTask, resumeTask } from './pauseTask.ts';
import { revokeAll } from './revokeAll.ts';
import { revokeTask } from './revokeTask.ts';
import type { SupervisorTool } from './tool.ts';
import { waitForChange } from './waitForChange.ts';

/**
 * What a supervisor agent can do. It can refuse new work, but not accept it again: that is left to the
 * person (decision 22).
 */
export const TOOLS: readonly SupervisorTool[] = [
  listTasks,
  getTask,
  waitForChange,
  revokeTask,
  revokeAll,
  pauseTask,
  resumeTask,
  getAudit,
];
