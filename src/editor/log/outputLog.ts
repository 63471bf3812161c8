import * as vscode from 'vscode';
import type { LogLine } from '../../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../../common/disposable.ts';
import type { Log, LogLevel } from '../../common/log.ts';

/** The log that people see: what this window does, and what the broker says it does. */
export class OutputLog implements Log, Disposable {
  readonly #channel = vscode.window.createOutputChannel('MCP Task Handles', { log: true });
  #last: LogLine | undefined;

  write(level: LogLevel, message: string, cause?: unknown): void {
    this.#channel[level](message);
    if (cause instanceof Error && cause.stack !== undefined) this.#channel.debug(cause.stack);
  }

  /** After each connect the broker repeats its last lines: those seen before are left out. */
  writeBrokerLines(lines: readonly LogLine[]): void {
    for (const line of lines) {
      if (this.#isSeen(line)) continue;
      this.#channel[line.level](`[broker ${line.time}] ${line.message}`);
      this.#last = line;
    }
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }

  #isSeen({ time, message }: LogLine): boolean {
    if (this.#last === undefined) return false;
    return time < this.#last.time || (time === this.#last.time && message === this.#last.message);
  }
}
