export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Where a component tells what it does. Secrets, arguments and results never go in. */
export interface Log {
  write(level: LogLevel, message: string, cause?: unknown): void;
}

export const silentLog: Log = { write() {} };
