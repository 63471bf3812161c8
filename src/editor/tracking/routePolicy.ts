import type { PolicySettings, RoutePolicy } from '../../brokerApi/brokerProtocol.ts';
import { isJsonObject, type JsonObject } from '../../common/json.ts';

/** The settings that a policy is made of, by their names behind `mcpTaskHandles.`. */
export const POLICY_SETTINGS = [
  'policy',
  'nativeTasks',
  'isolation',
  'strictTaskStatus',
  'agentsMayAnswer',
  'redactKeys',
  'handOffAfterMs',
  'ttlMs',
  'pollIntervalMs',
  'revokeGraceMs',
  'idleTimeoutMs',
  'totalTimeoutMs',
  'reattachTimeoutMs',
  'maxLiveTasks',
  'maxLiveTasksInAll',
  'tools',
] as const;

/**
 * The policy of a route: the person's settings, over them what the server's own entry says, but for
 * who may answer in the person's place and what is kept from eyes (P8): a workspace brings entries.
 * Values go on as they were written: the broker reads them, and names in its log what cannot be meant.
 */
export function routePolicy(settings: unknown, entry: unknown): RoutePolicy {
  const { tools: generalTools, ...general } = writtenIn(settings);
  const { tools: ownTools, ...written } = writtenIn(entry);
  const { agentsMayAnswer: _notTheirs, redactKeys: _norThese, ...own } = written;
  const tools = { ...toolsIn(generalTools), ...toolsIn(ownTools) };
  return { ...general, ...own, ...(Object.keys(tools).length > 0 && { tools }) };
}

function writtenIn(value: unknown): JsonObject {
  if (!isJsonObject(value)) return {};
  const written = POLICY_SETTINGS.filter((name) => (value[name] ?? null) !== null);
  return Object.fromEntries(written.map((name) => [name, value[name]]));
}

/** Other hosts have a `tools` of their own, in another shape: that is none of ours. */
function toolsIn(value: unknown): Record<string, PolicySettings> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, PolicySettings] =>
      isJsonObject(entry[1]),
    ),
  );
}
