/** What becomes of the bytes of a body: the other side reads what it answers. */
export interface Tap {
  push(chunk: Uint8Array): string;
  end?(): string;
}

/** Bodies of answers pass here, and can be held back: then their sockets are not read. */
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
   * The same answer, its body read only while the gate is open, and never before it is asked for:
   * whoever asks has read the headers by then. One that is silent for `silenceMs` ends.
   */
  pass(response: Response, tap: Tap, silenceMs?: number): Response {
    const { body, status, statusText, headers } = response;
    if (body === null) return response;
    const reader = body.getReader();
    const passed = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => this.#pull(controller, tap, () => readWithin(reader, silenceMs)),
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return new Response(passed, { status, statusText, headers });
  }

  /** Until there is something to read: nobody asks twice for what did not come. */
  async #pull(
    controller: ReadableStreamDefaultController<Uint8Array>,
    tap: Tap,
    read: Reader['read'],
  ): Promise<void> {
    for (;;) {
      await this.#opened;
      const { value, done } = await read();
      if (done) {
        if (tap.end !== undefined) controller.enqueue(Buffer.from(tap.end()));
        return controller.close();
      }
      const passed = tap.push(value);
      if (passed !== '') return controller.enqueue(Buffer.from(passed));
    }
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
