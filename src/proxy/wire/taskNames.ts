/** MCP's methods for tasks, those of both generations (2025-11-25, and SEP-2663 of 2026-07-28). */
export const TaskMethod = {
  get: 'tasks/get',
  result: 'tasks/result',
  list: 'tasks/list',
  update: 'tasks/update',
  cancel: 'tasks/cancel',
  /** 2025-11-25: params are a flat Task. */
  statusChanged: 'notifications/tasks/status',
  /** 2026-07-28: params are a DetailedTask, and name the listen that it belongs to. */
  changed: 'notifications/tasks',
} as const;

/** In the results and requests of a task of 2025-11-25: whose they are. */
export const META_RELATED_TASK = 'io.modelcontextprotocol/related-task';
/** In a CreateTaskResult of 2025-11-25: what the model may read at once. */
export const META_IMMEDIATE_RESPONSE = 'io.modelcontextprotocol/model-immediate-response';
