/** Every command but those of tracking, by its name behind `mcpTaskHandles.`. */
export const COMMAND_NAMES = [
  'revokeTask',
  'revokeSelectedTask',
  'revokeAllTasks',
  'acceptNewWork',
  'showRefusals',
  'showLocks',
  'pauseTask',
  'resumeTask',
  'terminateServer',
  'extendTask',
  'handOffNow',
  'showResult',
  'copyHandle',
  'continueInChat',
  'exportAudit',
  'showLog',
  'restartBroker',
  'showTasks',
] as const;

export type CommandName = (typeof COMMAND_NAMES)[number];
