import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogLine } from '../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import { Emitter, type Event } from '../common/event.ts';
import type { Log, LogLevel } from '../common/log.ts';

export interface BrokerLogOptions {
  readonly path: string;
  readonly limitBytes?: number;
  readonly now?: () => number;
}

const LIMIT_BYTES = 2 * 1024 * 1024;
const KEPT_LINES = 500;
const LONGEST_MESSAGE = 4000;

/**
 * The broker's own log: three rotated files, the last lines in memory for who watches. Writes at
 * once, so that the last words of a crash are there; never throws, the disk full or not.
 * The file is opened with the first line: a broker that finds another one in charge writes none.
 */
export class BrokerLog implements Log, Disposable {
  readonly #path: string;
  readonly #limitBytes: number;
  readonly #now: () => number;
  readonly #lines: LogLine[] = [];
  readonly #line = new Emitter<LogLine>();
  #descriptor: number | undefined;
  #size = 0;

  readonly onLine: Event<LogLine> = this.#line.event;

  constructor(options: BrokerLogOptions) {
    this.#path = options.path;
    this.#limitBytes = options.limitBytes ?? LIMIT_BYTES;
    this.#now = options.now ?? Date.now;
  }

  /** The last lines, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  write(level: LogLevel, message: string, cause?: unknown): void {
    const whole = cause === undefined ? message : `${message} (${messageOf(cause)})`;
    const line: LogLine = {
      time: new Date(this.#now()).toISOString(),
      level,
      message: printable(whole),
    };
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.#append(`${line.time} ${level} ${line.message}\n`);
    this.#line.fire(line);
  }

  dispose(): void {
    this.#close();
    this.#line.dispose();
  }

  #append(text: string): void {
    try {
      const bytes = Buffer.from(text);
      if (this.#size + bytes.length > this.#limitBytes) this.#rotate();
      this.#size += writeSync(this.#opened(), bytes);
    } catch {
      // A full disk must not stop the work; the lines in memory still tell.
      this.#close();
    }
  }

  #opened(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#descriptor = openSync(this.#path, 'a', 0o600);
    this.#size = fstatSync(this.#descriptor).size;
    return this.#descriptor;
  }

  #rotate(): void {
    this.#close();
    const older = (age: number) => this.#path.replace(/(\.log)?$/, `.${age}$1`);
    tryRename(older(1), older(2));
    tryRename(this.#path, older(1));
  }

  #close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    this.#size = 0;
    if (descriptor === undefined) return;
    try {
      closeSync(descriptor);
    } catch {
      // Closed by the system: nothing to release.
    }
  }
}

/** What upstreams and clients say stays on its line and moves no terminal's cursor. */
function printable(text: string): string {
  const flat = text.replaceAll(/\p{Cc}+/gu, ' ');
  return flat.length > LONGEST_MESSAGE ? `${flat.slice(0, LONGEST_MESSAGE)}…` : flat;
}

function tryRename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // Nothing to move, or nowhere to: the next line goes on in the same file.
  }
}
