/** Lines that arrive some time, for tests that wait for what they name. */
export class LineInbox {
  readonly all: string[] = [];
  readonly #kept: string[] = [];
  readonly #waiting = new Set<() => void>();

  push(line: string): void {
    this.all.push(line);
    this.#kept.push(line);
    for (const look of [...this.#waiting]) look();
  }

  /** The first line, not given out before, that fits; fails when none comes in time. */
  next(fits: (line: string) => boolean = () => true, timeoutMs = 30_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`No such line came. There were: ${this.all.join('\n').slice(0, 2000)}`));
      }, timeoutMs);
      const look = () => {
        const index = this.#kept.findIndex(fits);
        const line = this.#kept[index];
        if (line === undefined) return;
        this.#kept.splice(index, 1);
        this.#waiting.delete(look);
        clearTimeout(timer);
        resolve(line);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** As `next`, parsed; by the members that must be equal. */
  async message(members: Record<string, unknown>): Promise<Record<string, unknown>> {
    const line = await this.next((candidate) => {
      const message = parsed(candidate);
      return Object.entries(members).every(([name, value]) => message[name] === value);
    });
    return parsed(line);
  }
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
