import type { PolicySettings, RoutePolicy } from '../../brokerApi/brokerProtocol.ts';
import { isJsonObject } from '../../common/json.ts';

const DURATIONS = ['handOffAfterMs', 'ttlMs', 'pollIntervalMs', 'revokeGraceMs'] as const;
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
  if (!isJsonObject(tools)) return readSettings(value);
  const byGlob = Object.entries(tools).map(([glob, one]): [string, PolicySettings] => [
    glob,
    readSettings(one),
  ]);
  return { ...readSettings(value), tools: Object.fromEntries(byGlob) };
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
