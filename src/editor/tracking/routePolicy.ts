import type { LimitSettings, PolicySettings, RoutePolicy } from '../../brokerApi/brokerProtocol.ts';
import { isJsonObject, type JsonObject } from '../../common/json.ts';

const DURATIONS = [
  'handOffAfterMs',
  'ttlMs',
  'pollIntervalMs',
  'revokeGraceMs',
  'idleTimeoutMs',
  'totalTimeoutMs',
] as const;
const LIMITS = ['maxLiveTasks', 'maxLiveTasksInAll'] as const;
/** The settings that a policy is made of, by their names behind `mcpTaskHandles.`. */
export const POLICY_SETTINGS = ['policy', ...DURATIONS, ...LIMITS, 'tools'] as const;

const HAND_OFFS = ['auto', 'always', 'never'] as const;

/**
 * The policy of a route: the person's settings, over them what the server's own entry says.
 * What cannot be meant is left out, so that its default holds.
 */
export function routePolicy(settings: unknown, entry: unknown): RoutePolicy {
  const general = readPolicy(settings);
  const own = readPolicy(entry);
  const tools = { ...general.tools, ...own.tools };
  return { ...general, ...own, ...(Object.keys(tools).length > 0 && { tools }) };
}

function readPolicy(value: unknown): RoutePolicy {
  if (!isJsonObject(value)) return {};
  const { tools } = value;
  const own = { ...readLimits(value), ...readSettings(value) };
  if (!isJsonObject(tools)) return own;
  const byGlob = Object.entries(tools).map(([glob, one]): [string, PolicySettings] => [
    glob,
    readSettings(one),
  ]);
  return { ...own, tools: Object.fromEntries(byGlob) };
}

function readSettings(value: unknown): PolicySettings {
  if (!isJsonObject(value)) return {};
  const policy = HAND_OFFS.find((known) => known === value.policy);
  const durations = DURATIONS.flatMap((name) => {
    const ms = value[name];
    return typeof ms === 'number' && Number.isFinite(ms) && ms >= 0 ? [[name, ms] as const] : [];
  });
  return { ...(policy !== undefined && { policy }), ...Object.fromEntries(durations) };
}

function readLimits(value: JsonObject): LimitSettings {
  const limits = LIMITS.flatMap((name) => {
    const limit = value[name];
    return Number.isSafeInteger(limit) && Number(limit) > 0 ? [[name, limit] as const] : [];
  });
  return Object.fromEntries(limits);
}
