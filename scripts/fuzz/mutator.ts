import type { Random } from '../torture/random.ts';

type Path = (string | number)[];
type Change = (value: unknown) => unknown;

const DEEP = 20_000;
const HUGE = 300_000;

/** Lines that begin as a right message and go wrong in one to three ways. */
export class Mutator {
  constructor(
    private readonly random: Random,
    private readonly corpus: readonly object[],
  ) {}

  next(): string {
    const { random } = this;
    if (random.next() < 0.05) return this.#batch();
    let message: unknown = structuredClone(random.pick(this.corpus));
    for (let left = random.between(0, 3); left > 0; left--) message = this.#mutate(message);
    return this.#mutateText(JSON.stringify(message) ?? 'null');
  }

  #batch(): string {
    const members = Array.from({ length: this.random.between(0, 4) }, () =>
      JSON.stringify(this.random.pick(this.corpus)),
    );
    return `[${members.join(',')}]`;
  }

  /** Changes one value somewhere in the message. */
  #mutate(message: unknown): unknown {
    const paths = pathsOf(message);
    const path = this.random.pick(paths);
    const change = this.random.pick<Change>([
      () => this.#value(),
      () => this.#value(),
      () => undefined,
      (value) => (Array.isArray(value) ? value.concat(value) : [value]),
      (value) => ({
        ...(typeof value === 'object' ? value : { value }),
        [this.#key()]: this.#value(),
      }),
    ]);
    return changed(message, path, change);
  }

  #value(): unknown {
    const { random } = this;
    return random.pick<() => unknown>([
      () => null,
      () => true,
      () => random.between(-3, 3),
      () => random.next() * 1e21,
      () => Number.MAX_SAFE_INTEGER + 2,
      () => '',
      () =>
        random.pick(['$CALL', '__proto__', '\u0000', '\ud800', '\u2028', '"', '\\', 'th_', '🙂']),
      () => 'x'.repeat(random.between(1, 400)),
      () => (random.next() < 0.1 ? 'y'.repeat(HUGE) : 'y'),
      () => [],
      () => ({}),
      () => [[[[[[{ a: [] }]]]]]],
      () => random.pick(METHODS),
    ])();
  }

  #key(): string {
    return this.random.pick([
      'id',
      'method',
      'params',
      '_meta',
      'x',
      '__proto__',
      'result',
      'error',
    ]);
  }

  /** Changes the text itself: what no `JSON.stringify` prints. */
  #mutateText(text: string): string {
    const { random } = this;
    const at = random.between(0, text.length);
    const kind = random.next();
    if (kind < 0.7) return text;
    if (kind < 0.76) return text.slice(0, at);
    if (kind < 0.82) return text.slice(0, at) + random.pick(JUNK) + text.slice(at);
    if (kind < 0.86) return text.slice(0, at) + text.slice(at + 1);
    if (kind < 0.9) return text.replace('{', `{"id":${JSON.stringify(this.#value()) ?? 1},`);
    if (kind < 0.93) return text.replace('{', '{"method":"ping","method":"x/y",');
    if (kind < 0.95) return text.replaceAll(':', ' : ').replaceAll(',', ' ,\t');
    if (kind < 0.97) return text + text;
    return random.next() < 0.1 ? '['.repeat(DEEP) : nested(text, random.between(1, 200));
  }
}

const METHODS = [
  'initialize',
  'tools/call',
  'tasks/get',
  'notifications/cancelled',
  'notifications/progress',
  'server/discover',
  'subscriptions/listen',
];
const JUNK = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\u0001',
  '\ufeff',
  '\\u',
  '\\ud83d',
  '00',
  'e9',
];

const nested = (text: string, depth: number) => '['.repeat(depth) + text + ']'.repeat(depth);

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]));
  return [path, ...below];
}

/** The message with another value at the path; `undefined` removes it. */
function changed(value: unknown, path: Path, change: Change): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (typeof value !== 'object' || value === null) return value;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, change);
  return copy;
}
