import { matchesGlob } from '../common/globs.ts';

/** When a call becomes a task: after a while, at once, or never. */
export type HandOff = 'auto' | 'always' | 'never';

/** Whether legacy clients may, or must, run a call as a task of MCP itself (2025-11-25). */
export type NativeTasks = 'never' | 'optional' | 'required';

/** Whether matching calls share a server's process, or have one each (P6). */
export type Isolation = 'shared' | 'perCall';

/** Settings of a route; absent means the default. Durations in ms. */
export interface PolicySettings {
  readonly policy?: HandOff;
  /** `required` refuses, in both eras, a call of a client without tasks. */
  readonly nativeTasks?: NativeTasks;
  /** `perCall`: a server process of its own from the first byte; sure to kill, able to pause. */
  readonly isolation?: Isolation;
  readonly handOffAfterMs?: number;
  readonly ttlMs?: number;
  readonly pollIntervalMs?: number;
  readonly revokeGraceMs?: number;
  /** How long a task may be silent once it has reported progress; 0: for ever (P9). */
  readonly idleTimeoutMs?: number;
  /** How long a call may take in all; 0: for ever (P9). */
  readonly totalTimeoutMs?: number;
  /** How long after a restart of the broker a task's remote server may take to be found (P5). */
  readonly reattachTimeoutMs?: number;
}

/** How many tasks may live at a time; what a server has, not a tool. */
export interface LimitSettings {
  /** Of this server in this workspace. */
  readonly maxLiveTasks?: number;
  /** Of the user, whatever the server. */
  readonly maxLiveTasksInAll?: number;
}

/** The policy of a route as it was set. */
export interface RoutePolicy extends PolicySettings, LimitSettings {
  /** A result with `isError` is `failed` for legacy clients, as 2025-11-25 has it. */
  readonly strictTaskStatus?: boolean;
  /**
   * Tools (globs) whose questions agents may answer in the person's place (P8). From the person's
   * settings alone, never from what a workspace brings.
   */
  readonly agentsMayAnswer?: readonly string[];
  /**
   * Arguments with these names are kept from people's eyes, beside those with the names of secrets.
   * From the person's settings alone, as above.
   */
  readonly redactKeys?: readonly string[];
  /** Overrides by tool name; keys are globs (`*`, `?`), the last match wins. */
  readonly tools?: Readonly<Record<string, PolicySettings>>;
}

/** What holds for one call: every setting has a value. */
export interface ResolvedPolicy extends Required<PolicySettings & LimitSettings> {
  readonly agentsMayAnswer: readonly string[];
  readonly redactKeys: readonly string[];
}

/** What holds where nobody said anything. */
export const DEFAULT_POLICY: ResolvedPolicy = {
  policy: 'auto',
  nativeTasks: 'never',
  isolation: 'shared',
  agentsMayAnswer: [],
  redactKeys: [],
  handOffAfterMs: 10_000,
  ttlMs: 86_400_000,
  pollIntervalMs: 5_000,
  revokeGraceMs: 2_000,
  idleTimeoutMs: 600_000,
  totalTimeoutMs: 14_400_000,
  reattachTimeoutMs: 600_000,
  maxLiveTasks: 100,
  maxLiveTasksInAll: 1_000,
};

const HAND_OFFS: ReadonlySet<unknown> = new Set<HandOff>(['auto', 'always', 'never']);
const ISOLATIONS: ReadonlySet<unknown> = new Set<Isolation>(['shared', 'perCall']);
const NATIVE_TASKS: ReadonlySet<unknown> = new Set<NativeTasks>(['never', 'optional', 'required']);

/** The longest delay a Node timer can hold; a longer one would fire at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/** The settings that are durations in ms. */
export const DURATION_SETTINGS = [
  'handOffAfterMs',
  'ttlMs',
  'pollIntervalMs',
  'revokeGraceMs',
  'idleTimeoutMs',
  'totalTimeoutMs',
  'reattachTimeoutMs',
] as const satisfies readonly (keyof PolicySettings)[];

/** The settings that count tasks. */
export const LIMIT_SETTINGS = [
  'maxLiveTasks',
  'maxLiveTasksInAll',
] as const satisfies readonly (keyof LimitSettings)[];

/** A result that is gone before anybody can ask for it helps nobody. */
export const SHORTEST_TTL_MS = 60_000;
/** Records are not kept for ever. */
export const LONGEST_TTL_MS = 366 * 86_400_000;

/** Delays that a timer, ours or a client's, waits for whole; other durations are compared. */
const WAITED_FOR: ReadonlySet<keyof PolicySettings> = new Set([
  'handOffAfterMs',
  'pollIntervalMs',
  'revokeGraceMs',
  'reattachTimeoutMs',
]);

/** Whether the value is a known hand-off. */
export function isHandOff(value: unknown): value is HandOff {
  return HAND_OFFS.has(value);
}

/** Whether the value is a known use of MCP's own tasks. */
export function isNativeTasks(value: unknown): value is NativeTasks {
  return NATIVE_TASKS.has(value);
}

/** Whether the value is a known isolation. */
export function isIsolation(value: unknown): value is Isolation {
  return ISOLATIONS.has(value);
}

/** Whether the value can be meant as a duration in ms. */
export function isDurationMs(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}

/** Whether the value can be meant as a number of tasks. */
export function isLimit(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** Whether the value can be meant as the name of an argument. */
export function isRedactKey(value: unknown): value is string {
  return typeof value === 'string' && /^(?! )[^\p{Cc}]{1,100}(?<! )$/u.test(value);
}

/** The policy of one tool of a route. A value that cannot be meant gives way to the default. */
export function resolvePolicy(routePolicy: RoutePolicy, tool: string): ResolvedPolicy {
  const resolved: { -readonly [K in keyof ResolvedPolicy]: ResolvedPolicy[K] } = {
    ...DEFAULT_POLICY,
  };
  for (const settings of [routePolicy, ...overridesFor(routePolicy, tool)]) {
    if (isHandOff(settings.policy)) resolved.policy = settings.policy;
    if (isNativeTasks(settings.nativeTasks)) resolved.nativeTasks = settings.nativeTasks;
    if (isIsolation(settings.isolation)) resolved.isolation = settings.isolation;
    for (const name of DURATION_SETTINGS) {
      const value = settings[name];
      if (isDurationMs(value)) resolved[name] = Math.min(value, longestMs(name));
    }
  }
  resolved.agentsMayAnswer = routePolicy.agentsMayAnswer ?? resolved.agentsMayAnswer;
  resolved.redactKeys = routePolicy.redactKeys ?? resolved.redactKeys;
  for (const name of LIMIT_SETTINGS) {
    const value = routePolicy[name];
    if (isLimit(value)) resolved[name] = value;
  }
  return resolved;
}

/** Whether agents may answer what this tool asks the person (P8). */
export function mayAgentAnswer({ agentsMayAnswer }: ResolvedPolicy, tool: string): boolean {
  return agentsMayAnswer.some((glob) => matchesGlob(glob, tool));
}

/** Whether agents may answer questions of some tool of the route. */
export function mayAgentsAnswer({ agentsMayAnswer = [] }: RoutePolicy): boolean {
  return agentsMayAnswer.length > 0;
}

/** Whether a call of some tool of the route may become a task. */
export function mayIssueHandles({ policy, tools }: RoutePolicy): boolean {
  if (policy !== 'never') return true;
  return Object.values(tools ?? {}).some(
    (settings) => isHandOff(settings.policy) && settings.policy !== 'never',
  );
}

/** Whether calls of some tool of the route have a server process of their own. */
export function mayRunAlone(routePolicy: RoutePolicy): boolean {
  const settings = [routePolicy, ...Object.values(routePolicy.tools ?? {})];
  return settings.some(({ isolation }) => isolation === 'perCall');
}

/** Whether a call of some tool of the route may be a task of MCP itself for a legacy client. */
export function mayRunNatively(routePolicy: RoutePolicy): boolean {
  const settings = [routePolicy, ...Object.values(routePolicy.tools ?? {})];
  const isNative = settings.some(
    ({ nativeTasks }) => isNativeTasks(nativeTasks) && nativeTasks !== 'never',
  );
  return isNative && mayIssueHandles(routePolicy);
}

/** What a client is told of one tool: what never becomes a task is none of MCP's either. */
export function taskSupportOf({ policy, nativeTasks }: ResolvedPolicy): NativeTasks {
  return policy === 'never' ? 'never' : nativeTasks;
}

function longestMs(name: keyof PolicySettings): number {
  return WAITED_FOR.has(name) ? MAX_TIMER_MS : Number.MAX_SAFE_INTEGER;
}

function overridesFor(routePolicy: RoutePolicy, tool: string): PolicySettings[] {
  return Object.entries(routePolicy.tools ?? {})
    .filter(([glob]) => matchesGlob(glob, tool))
    .map(([, settings]) => settings);
}
