import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { until } from './until.ts';

/** One line of what the scripted agent wrote down. */
export interface TranscriptEntry {
  readonly time: string;
  readonly prompt: string;
  readonly tool?: string;
  readonly input?: unknown;
  /** Exactly what a model would read. */
  readonly output?: string;
  readonly error?: string;
  readonly said?: string;
  readonly tools?: readonly string[];
  readonly ms?: number;
  readonly turnEnded?: true;
}

export async function readTranscript(file: string): Promise<TranscriptEntry[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line): TranscriptEntry => JSON.parse(line));
}

const INPUT = '.interactive-input-part .interactive-input-editor';
/** VS Code answers so when it has not yet chosen a model; asked again, it has. */
const NO_MODEL = 'Language model unavailable';

/** A person at the chat view who speaks to the scripted agent (test/fixtures/chatAgent). */
export class ChatView {
  constructor(
    private readonly page: Page,
    private readonly transcript: string,
  ) {}

  /** Types `@agent <script>`, sends it, and does not wait for the answer. */
  async send(script: string): Promise<void> {
    const input = this.page.locator(INPUT).first();
    await input.click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(`@agent ${script}`);
    // Sent before VS Code has seen the mention, it would go to nobody.
    await input.locator('[class*="ced-chat-session-text"]').first().waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Sends it, waits till the turn has ended, and answers what the agent wrote down of it. */
  async ask(script: string, deadlineMs = 60_000): Promise<TranscriptEntry> {
    const before = (await readTranscript(this.transcript)).length;
    let refusals = await this.#countRefusals();
    await this.send(script);
    const turnEnd = async () => {
      await this.#allowTools();
      const count = await this.#countRefusals();
      if (count > refusals) await this.send(script);
      refusals = count;
      const own = (await readTranscript(this.transcript)).slice(before);
      return own.some(({ turnEnded }) => turnEnded) && own[0];
    };
    return until(turnEnd, { what: `the agent's answer to "${script}"`, deadlineMs });
  }

  #countRefusals(): Promise<number> {
    return this.page.getByText(NO_MODEL, { exact: true }).count();
  }

  /** The settings allow every tool; VS Code still asks once. */
  async #allowTools(): Promise<void> {
    const enable = this.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Enable' });
    if (await enable.isVisible()) await enable.click();
  }
}
