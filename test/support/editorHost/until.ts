import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** What is waited for, for the error. */
  readonly what: string;
  readonly deadlineMs?: number;
  readonly everyMs?: number;
}

type Nothing = undefined | null | false | '' | 0;

/** Polls until the condition answers something, for what tells no event; fails at the deadline. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { what, deadlineMs = 20_000, everyMs = 100 }: UntilOptions,
): Promise<Exclude<T, Nothing>> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer as Exclude<T, Nothing>;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineMs} ms in vain: ${what}.`);
    await delay(everyMs);
  }
}
