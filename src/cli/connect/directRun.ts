import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { messageOf } from '../../common/errors.ts';
import type { CommandLine } from './connectOptions.ts';
import { upstreamEnvironment } from './upstreamEnvironment.ts';

export interface DirectRunOptions {
  readonly commandLine: CommandLine;
  /** What the host has sent already. */
  readonly head: Buffer;
  readonly input: Readable;
  readonly toStderr: (text: string) => void;
}

const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Fails open: the command serves the host itself from here on, and its end is ours. Answers the
 * exit code.
 */
export function runDirectly(options: DirectRunOptions): Promise<number> {
  const { commandLine, head, input, toStderr } = options;
  const { command, args } = commandLine;
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: upstreamEnvironment(process.env),
    windowsHide: true,
  });
  forwardSignals(child);
  // A server that has stopped reading is no reason for us to end before it does.
  child.stdin.on('error', () => {});
  child.stdin.write(head);
  input.pipe(child.stdin);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      toStderr(`\`${command}\` could not be started: ${messageOf(error)}.`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + numberOf(signal)));
  });
}

function forwardSignals(child: ChildProcess): void {
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}
