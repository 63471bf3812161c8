/** What passes through it can be held back. */
export class Gate {
  #opened: Promise<void> | null = null;
  #open: () => void = () => {};

  hold(isHeld: boolean): void {
    if (!isHeld) {
      this.#opened = null;
      this.#open();
    } else if (this.#opened === null) {
      this.#opened = new Promise((resolve) => {
        this.#open = resolve;
      });
    }
  }

  /**
   * The same answer, its body read from the socket only while the gate is open. One that is silent
   * for `silenceMs` ends.
   */
  through(response: Response, silenceMs?: number): Response {
    const { body, status, statusText, headers } = response;
    if (body === null) return response;
    const reader = body.getReader();
    const gated = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        await this.#opened;
        const { value, done } = await readWithin(reader, silenceMs);
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    });
    return new Response(gated, { status, statusText, headers });
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function readWithin(
  reader: Reader,
  silenceMs: number | undefined,
): ReturnType<Reader['read']> {
  if (silenceMs === undefined) return reader.read();
  // Ends the read as well.
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), silenceMs);
  timer.unref();
  try {
    return await reader.read();
  } finally {
    clearTimeout(timer);
  }
}
