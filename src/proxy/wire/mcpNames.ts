/** MCP's methods and keys that we act on; every other one passes untouched. */
export const Method = {
  initialize: 'initialize',
  initialized: 'notifications/initialized',
  toolsCall: 'tools/call',
  toolsList: 'tools/list',
  progress: 'notifications/progress',
  cancelled: 'notifications/cancelled',
  setLevel: 'logging/setLevel',
  subscribe: 'resources/subscribe',
  unsubscribe: 'resources/unsubscribe',
} as const;

/** Marks a request of the era that has no `initialize` (2026-07-28). */
export const META_PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
/** Where a TaskView stands in a result's `_meta`. */
export const META_TASK = 'mcp-task-handles/task';
/** In a call's `_meta`: the caller's own name for this execution (docs/idempotency.md). */
export const META_IDEMPOTENCY_KEY = 'mcp-task-handles/idempotencyKey';
/** One per chat; sent by VS Code with every `tools/call`. */
export const META_CONVERSATION = 'vscode.conversationId';
