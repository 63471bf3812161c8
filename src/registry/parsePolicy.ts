import { isJsonObject, type JsonObject } from '../common/json.ts';
import {
  DURATION_SETTINGS,
  isDurationMs,
  isHandOff,
  isIsolation,
  isLimit,
  isNativeTasks,
  isRedactKey,
  LIMIT_SETTINGS,
  type LimitSettings,
  LONGEST_TTL_MS,
  type PolicySettings,
  type RoutePolicy,
  SHORTEST_TTL_MS,
} from './policy.ts';

/** Settings that no single tool has, beside the limits. */
const WHOLE_SERVER: ReadonlySet<string> = new Set([
  'strictTaskStatus',
  'agentsMayAnswer',
  'redactKeys',
]);

/** The readable part of a policy, and one line for each part that was not readable. */
export interface ParsedRoutePolicy {
  readonly policy: RoutePolicy;
  readonly problems: string[];
}

/** Reads a policy from settings or wire. What cannot be meant is left out, so its default holds. */
export function parseRoutePolicy(value: unknown): ParsedRoutePolicy {
  if (value === undefined || value === null) return { policy: {}, problems: [] };
  if (!isJsonObject(value)) {
    return { policy: {}, problems: ['The policy is not an object; the defaults hold.'] };
  }
  const problems: string[] = [];
  const { tools, maxLiveTasks, maxLiveTasksInAll, ...others } = value;
  const { strictTaskStatus, agentsMayAnswer, redactKeys, ...rest } = others;
  const limits = parseLimits({ maxLiveTasks, maxLiveTasksInAll }, problems);
  const strictness = parseStrictness(strictTaskStatus, problems);
  const answering = parseAnswering(agentsMayAnswer, problems);
  const redaction = parseRedaction(redactKeys, problems);
  const whole = { ...limits, ...strictness, ...answering, ...redaction };
  const policy = { ...whole, ...parseSettings(rest, '', problems) };
  if (tools === undefined) return { policy, problems };
  return { policy: { ...policy, tools: parseTools(tools, problems) }, problems };
}

function parseLimits(value: JsonObject, problems: string[]): LimitSettings {
  const limits: { -readonly [K in keyof LimitSettings]: LimitSettings[K] } = {};
  for (const name of LIMIT_SETTINGS) {
    const limit = value[name];
    if (limit === undefined) continue;
    if (isLimit(limit)) limits[name] = limit;
    else problems.push(`"${name}" must be a whole number of tasks above 0; the default holds.`);
  }
  return limits;
}

function parseStrictness(
  value: unknown,
  problems: string[],
): Pick<RoutePolicy, 'strictTaskStatus'> {
  if (typeof value === 'boolean') return { strictTaskStatus: value };
  if (value !== undefined) problems.push('"strictTaskStatus" must be true or false; false holds.');
  return {};
}

function parseAnswering(value: unknown, problems: string[]): Pick<RoutePolicy, 'agentsMayAnswer'> {
  if (Array.isArray(value) && value.every((glob) => typeof glob === 'string')) {
    return { agentsMayAnswer: value };
  }
  if (value !== undefined) problems.push('"agentsMayAnswer" must be a list of tools; none holds.');
  return {};
}

/** The names that can be meant hold: to mask less than was asked for helps nobody. */
function parseRedaction(value: unknown, problems: string[]): Pick<RoutePolicy, 'redactKeys'> {
  if (value === undefined) return {};
  const names = Array.isArray(value) ? value : [];
  const redactKeys = names.filter(isRedactKey);
  if (!Array.isArray(value) || redactKeys.length < names.length) {
    problems.push('"redactKeys" must be a list of names of arguments; what is none is ignored.');
  }
  return { redactKeys };
}

function parseTools(value: unknown, problems: string[]): Record<string, PolicySettings> {
  if (!isJsonObject(value)) {
    problems.push('"tools" is not an object of settings by tool name; it is ignored.');
    return {};
  }
  const tools: [string, PolicySettings][] = [];
  for (const [glob, settings] of Object.entries(value)) {
    if (isJsonObject(settings)) {
      tools.push([glob, parseSettings(settings, `tools.${glob}.`, problems)]);
    } else problems.push(`"tools.${glob}" is not an object of settings; it is ignored.`);
  }
  return Object.fromEntries(tools);
}

function parseSettings(value: JsonObject, path: string, problems: string[]): PolicySettings {
  const settings: { -readonly [K in keyof PolicySettings]: PolicySettings[K] } = {};
  for (const [name, setting] of Object.entries(value)) {
    if (setting === undefined) continue;
    const duration = DURATION_SETTINGS.find((known) => known === name);
    if (name === 'policy' && isHandOff(setting)) settings.policy = setting;
    else if (name === 'nativeTasks' && isNativeTasks(setting)) settings.nativeTasks = setting;
    else if (name === 'isolation' && isIsolation(setting)) settings.isolation = setting;
    else if (duration && isDurationMs(setting)) {
      settings[duration] = duration === 'ttlMs' ? saneTtlMs(setting, path, problems) : setting;
    } else problems.push(`"${path}${name}" ${faultOf(name, duration !== undefined)}`);
  }
  return settings;
}

function saneTtlMs(ttlMs: number, path: string, problems: string[]): number {
  const sane = Math.min(Math.max(ttlMs, SHORTEST_TTL_MS), LONGEST_TTL_MS);
  if (sane === ttlMs) return ttlMs;
  const why =
    sane > ttlMs
      ? 'a result must be kept for a minute at least'
      : 'no result is kept for more than 366 days';
  problems.push(`"${path}ttlMs" is ${ttlMs}, but ${why}; ${sane} holds.`);
  return sane;
}

function faultOf(name: string, isDuration: boolean): string {
  if (name === 'policy') return 'must be "auto", "always" or "never"; the default holds.';
  if (name === 'nativeTasks') {
    return 'must be "never", "optional" or "required"; the default holds.';
  }
  if (name === 'isolation') return 'must be "shared" or "perCall"; the default holds.';
  if (isDuration) return 'must be a number of milliseconds, not negative; the default holds.';
  if (WHOLE_SERVER.has(name) || LIMIT_SETTINGS.some((limit) => limit === name)) {
    return 'is a setting of the whole server, not of one tool; it is ignored.';
  }
  return 'is not a known setting; it is ignored.';
}
