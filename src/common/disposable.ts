/** Something that must be released. Release is idempotent. */
export interface Disposable {
  dispose(): void;
}

/** Wraps a function so that it runs at most once. */
export function toDisposable(release: () => void): Disposable {
  let isDisposed = false;
  return {
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      release();
    },
  };
}

/** Owns disposables; what is added after disposal is released at once. */
export class DisposableStore implements Disposable {
  readonly #members = new Set<Disposable>();
  #isDisposed = false;

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  add<T extends Disposable>(member: T): T {
    if (this.#isDisposed) member.dispose();
    else this.#members.add(member);
    return member;
  }

  /** Releases the members in reverse order of their addition. */
  dispose(): void {
    this.#isDisposed = true;
    const members = [...this.#members].reverse();
    this.#members.clear();
    for (const member of members) member.dispose();
  }
}
