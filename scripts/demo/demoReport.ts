import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTranscript, type TranscriptEntry } from '../../test/support/editorHost/chatView.ts';

/** Collects what happened, in order, and writes it as `transcript.md`. */
export class DemoReport {
  readonly #lines: string[] = [];
  readonly #startedAt = Date.now();
  #shown = 0;

  constructor(
    private readonly folder: string,
    private readonly transcript: string,
    what: string,
  ) {
    this.#lines.push('# Demo of MCP Task Handles', '', `${new Date().toISOString()}, ${what}.`);
  }

  /** A step of the person or of the demo itself. */
  tell(text: string): void {
    console.log(`${this.#clock()}  ${text}`);
    this.#lines.push('', `**${this.#clock()}** ${text}`);
  }

  picture(file: string): void {
    this.#lines.push('', `![${file}](${file})`);
  }

  /** Adds what the agent has said and read since the last call. */
  async agent(): Promise<void> {
    const entries = await readTranscript(this.transcript);
    for (const entry of entries.slice(this.#shown)) this.#lines.push(...linesOf(entry));
    this.#shown = entries.length;
  }

  fail(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#lines.push('', '**FAILED**', '', '```', text, '```');
  }

  async write(): Promise<void> {
    await this.agent();
    await writeFile(join(this.folder, 'transcript.md'), `${this.#lines.join('\n')}\n`);
  }

  #clock(): string {
    return `${((Date.now() - this.#startedAt) / 1000).toFixed(1).padStart(5)} s`;
  }
}

function linesOf({ prompt, tool, input, output, error, said, ms }: TranscriptEntry): string[] {
  const head = ['', `> @agent ${prompt}`, ''];
  if (said !== undefined) return [...head, `The agent says: ${said}`];
  if (tool === undefined) return [];
  return [
    ...head,
    `The agent calls \`${tool}\` with \`${JSON.stringify(input)}\`; after ${ms ?? '?'} ms the model reads:`,
    '',
    '```text',
    output ?? `ERROR ${error}`,
    '```',
  ];
}
