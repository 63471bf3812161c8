import type { Method } from '../../wire/mcpNames.ts';

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

/** In the envelope: from which level on a request's log messages are wanted. */
export const META_LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
/** In a modern result: who answered. */
export const META_SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

/** Methods that only one era has, beside those of `Method`. */
export const EraMethod = {
  acknowledged: 'notifications/subscriptions/acknowledged',
  ping: 'ping',
  rootsChanged: 'notifications/roots/list_changed',
  toolsChanged: 'notifications/tools/list_changed',
  promptsChanged: 'notifications/prompts/list_changed',
  resourcesChanged: 'notifications/resources/list_changed',
  resourceUpdated: 'notifications/resources/updated',
  logMessage: 'notifications/message',
  elicitationComplete: 'notifications/elicitation/complete',
} as const;

/** Requests whose result may be `input_required` (2026-07-28, multi round-trip requests). */
const ASKING: ReadonlySet<string> = new Set<string>([
  'tools/call' satisfies typeof Method.toolsCall,
  'prompts/get',
  'resources/read',
]);

export function mayAsk(method: string): boolean {
  return ASKING.has(method);
}

/** What a server may ask of a client, and the capability that allows it. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

/** The client capability that a question needs; `null` for what is no question. */
export function capabilityFor(question: string): string | null {
  return Object.hasOwn(QUESTIONS, question) ? (QUESTIONS[question] ?? null) : null;
}

/** Codes of 2026-07-28 that only a modern server knows. */
export const EraErrorCode = {
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;
