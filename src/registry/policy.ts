/** When a call becomes a task: after a while, at once, or never. */
export type HandOff = 'auto' | 'always' | 'never';

/** Settings of a route; absent means the default. Durations in ms. */
export interface PolicySettings {
  readonly policy?: HandOff;
  readonly handOffAfterMs?: number;
  readonly ttlMs?: number;
  readonly pollIntervalMs?: number;
  readonly revokeGraceMs?: number;
}

/** The policy of a route as it was set. */
export interface RoutePolicy extends PolicySettings {
  /** Overrides by tool name; keys are globs (`*`, `?`), the last match wins. */
  readonly tools?: Readonly<Record<string, PolicySettings>>;
}

/** What holds for one call: every setting has a value. */
export type ResolvedPolicy = Required<PolicySettings>;

/** What holds where nobody said anything. */
export const DEFAULT_POLICY: ResolvedPolicy = {
  policy: 'auto',
  handOffAfterMs: 10_000,
  ttlMs: 86_400_000,
  pollIntervalMs: 5_000,
  revokeGraceMs: 2_000,
};

const HAND_OFFS: ReadonlySet<unknown> = new Set<HandOff>(['auto', 'always', 'never']);

/** The longest delay a Node timer can hold; a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** The settings that are durations in ms. */
export const DURATION_SETTINGS = [
  'handOffAfterMs',
  'ttlMs',
  'pollIntervalMs',
  'revokeGraceMs',
] as const satisfies readonly (keyof PolicySettings)[];

/** Whether the value is a known hand-off. */
export function isHandOff(value: unknown): value is HandOff {
  return HAND_OFFS.has(value);
}

/** Whether the value can be meant as a duration in ms. */
export function isDurationMs(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}

/** The policy of one tool of a route. A value that cannot be meant gives way to the default. */
export function resolvePolicy(routePolicy: RoutePolicy, tool: string): ResolvedPolicy {
  const resolved: { -readonly [K in keyof ResolvedPolicy]: ResolvedPolicy[K] } = {
    ...DEFAULT_POLICY,
  };
  for (const settings of [routePolicy, ...overridesFor(routePolicy, tool)]) {
    if (isHandOff(settings.policy)) resolved.policy = settings.policy;
    for (const name of DURATION_SETTINGS) {
      const value = settings[name];
      if (isDurationMs(value)) resolved[name] = Math.min(value, longestMs(name));
    }
  }
  return resolved;
}

/** Whether a call of some tool of the route may become a task. */
export function mayIssueHandles({ policy, tools }: RoutePolicy): boolean {
  if (policy !== 'never') return true;
  return Object.values(tools ?? {}).some(
    (settings) => isHandOff(settings.policy) && settings.policy !== 'never',
  );
}

/** A time-to-live is compared, never waited for: it may be longer than a timer. */
function longestMs(name: keyof PolicySettings): number {
  return name === 'ttlMs' ? Number.MAX_SAFE_INTEGER : MAX_TIMER_MS;
}

function overridesFor(routePolicy: RoutePolicy, tool: string): PolicySettings[] {
  return Object.entries(routePolicy.tools ?? {})
    .filter(([glob]) => matchesGlob(glob, tool))
    .map(([, settings]) => settings);
}

/** Linear for any glob: stepping back over the last `*` is enough, so no pattern can hang us. */
function matchesGlob(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    if (glob[g] === '*') {
      starAt = g++;
      resumeAt = t;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g++;
      t++;
    } else if (starAt !== -1) {
      g = starAt + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
