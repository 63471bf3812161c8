/** Several readers, one server: it waits while any of them does not read. */
export class ReaderHold {
  #full = 0;

  constructor(private readonly hold: (isHeld: boolean) => void) {}

  /** For one reader; `true` and `false` take turns. */
  readonly report = (isFull: boolean): void => {
    this.#full += isFull ? 1 : -1;
    if (this.#full === (isFull ? 1 : 0)) this.hold(isFull);
  };
}
