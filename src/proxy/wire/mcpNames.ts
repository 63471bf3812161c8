/** MCP's methods and keys that we act on; every other one passes untouched. */
export const Method = {
  initialize: 'initialize',
  initialized: 'notifications/initialized',
  discover: 'server/discover',
  toolsCall: 'tools/call',
  toolsList: 'tools/list',
  toolsChanged: 'notifications/tools/list_changed',
  promptsChanged: 'notifications/prompts/list_changed',
  resourcesChanged: 'notifications/resources/list_changed',
  resourceUpdated: 'notifications/resources/updated',
  progress: 'notifications/progress',
  cancelled: 'notifications/cancelled',
  setLevel: 'logging/setLevel',
  subscribe: 'resources/subscribe',
  unsubscribe: 'resources/unsubscribe',
  listen: 'subscriptions/listen',
  /** The first notification of a listen request (2026-07-28): what of its filter is granted. */
  acknowledged: 'notifications/subscriptions/acknowledged',
} as const;

/** What a server may ask of a client. */
export const QuestionMethod = {
  elicit: 'elicitation/create',
  sample: 'sampling/createMessage',
  roots: 'roots/list',
} as const;

const CAPABILITIES: Readonly<Record<string, string>> = {
  [QuestionMethod.elicit]: 'elicitation',
  [QuestionMethod.sample]: 'sampling',
  [QuestionMethod.roots]: 'roots',
};

/** The client capability that a question needs; `null` for what is no question. */
export function capabilityFor(question: string): string | null {
  return Object.hasOwn(CAPABILITIES, question) ? (CAPABILITIES[question] ?? null) : null;
}

/** The revision that has no `initialize`. */
export const MODERN_VERSION = '2026-07-28';
/** The last one that has. */
export const LAST_LEGACY_VERSION = '2025-11-25';
/** All that had (modelcontextprotocol.io, "Versioning"). */
export const LEGACY_VERSIONS: readonly string[] = [
  '2024-10-07',
  '2024-11-05',
  '2025-03-26',
  '2025-06-18',
  LAST_LEGACY_VERSION,
];

/** Marks a request of the era that has no `initialize` (2026-07-28). */
export const META_PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
/** Who calls, in the envelope of each modern request. */
export const META_CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
/** What the caller can do, in the envelope of each modern request. */
export const META_CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
/** In a notification's `_meta`: the id of the listen request that it belongs to (2026-07-28). */
export const META_SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
/** The extension by which modern peers speak of tasks (SEP-2663). */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
/** Where a TaskView stands in a result's `_meta`. */
export const META_TASK = 'mcp-task-handles/task';
/** In a server's request, put there by the task layer: which request of ours it belongs to. */
export const META_CALL = 'mcp-task-handles/call';
/** In a call's `_meta`: the caller's own name for this execution (docs/idempotency.md). */
export const META_IDEMPOTENCY_KEY = 'mcp-task-handles/idempotencyKey';
/** One per chat; sent by VS Code with every `tools/call`. */
export const META_CONVERSATION = 'vscode.conversationId';
