const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A duration for people, in its two largest units: `12s`, `1m 40s`, `2h 5m`. */
export function durationText(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return pair(ms, { of: MINUTE, name: 'm' }, { of: SECOND, name: 's' });
  return pair(ms, { of: HOUR, name: 'h' }, { of: MINUTE, name: 'm' });
}

interface Unit {
  readonly of: number;
  readonly name: string;
}

function pair(ms: number, large: Unit, small: Unit): string {
  const rest = Math.floor((ms % large.of) / small.of);
  const head = `${Math.floor(ms / large.of)}${large.name}`;
  return rest === 0 ? head : `${head} ${rest}${small.name}`;
}
