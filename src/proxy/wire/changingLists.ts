import { Method } from './mcpNames.ts';

/**
 * The lists whose changes a server may tell: by the member of a listen's filter (2026-07-28), the
 * server's feature and the notification.
 */
export const CHANGING_LISTS = {
  toolsListChanged: ['tools', Method.toolsChanged],
  promptsListChanged: ['prompts', Method.promptsChanged],
  resourcesListChanged: ['resources', Method.resourcesChanged],
} as const;
