/** Repeatable randomness: the same seed gives the same JSON. */
export class RandomJson {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32: small, and good enough to find corner cases. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(...choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, order: this.next() }))
      .sort((a, b) => a.order - b.order)
      .map(({ item }) => item);
  }

  space(): string {
    return this.pick('', '', '', ' ', '\t', '\r', '  ');
  }

  string(): string {
    return this.pick(
      '""',
      '"a"',
      '"\\""',
      '"\\\\"',
      '"\\\\\\""',
      '"{\\"id\\":1}"',
      '"\\u00e9\\n"',
      '"\\ud83d\\ude00"',
      '"ü 😀"',
      '"}],:"',
      '"\\/"',
    );
  }

  scalar(): string {
    return this.pick(
      'true',
      'false',
      'null',
      '0',
      '-0',
      '1.0',
      '1e3',
      '-2.5E-10',
      '12345678901234567890',
      '0.1000000000000000055511151231257827',
      this.string(),
    );
  }

  /** JSON text of any value, at most `depth` deep. */
  value(depth: number): string {
    if (depth === 0) return this.scalar();
    return this.pick(
      () => this.scalar(),
      () => this.array(depth - 1),
      () => this.object(depth - 1),
    )();
  }

  array(depth: number): string {
    const items = Array.from({ length: this.below(4) }, () => this.#padded(this.value(depth)));
    return `[${items.length === 0 ? this.space() : items.join(',')}]`;
  }

  /** Keys are told apart by a number, so that none comes twice; `first` members are always there. */
  object(depth: number, first: readonly (readonly [key: string, value: string])[] = []): string {
    const more = Array.from(
      { length: this.below(4) },
      (_, index) =>
        [`${this.pick('k', 'id', 'é', '\\"', 'a b')}${index}`, this.value(depth)] as const,
    );
    const members = this.shuffled([...first, ...more]).map(
      ([key, value]) => `${this.#padded(`"${key}"`)}:${this.#padded(value)}`,
    );
    return `{${members.length === 0 ? this.space() : members.join(',')}}`;
  }

  #padded(text: string): string {
    return this.space() + text + this.space();
  }
}
