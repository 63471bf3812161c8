import type { Method } from '../../wire/mcpNames.ts';

/** In the envelope: from which level on a request's log messages are wanted. */
export const META_LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
/** In a modern result: who answered. */
export const META_SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

/** Methods that only one era has, beside those of `Method`. */
export const EraMethod = {
  ping: 'ping',
  rootsChanged: 'notifications/roots/list_changed',
  logMessage: 'notifications/message',
  elicitationComplete: 'notifications/elicitation/complete',
} as const;

/** Requests whose result may be `input_required` (2026-07-28, multi round-trip requests). */
const ASKING: ReadonlySet<string> = new Set<string>([
  'tools/call' satisfies typeof Method.toolsCall,
  'prompts/get',
  'resources/read',
]);

/** Whether the result of a request may be `input_required`. */
export function mayAsk(method: string): boolean {
  return ASKING.has(method);
}
