import { messageOf } from '../common/errors.ts';
import { PRODUCT } from '../common/product.ts';
import { connect, type HostStreams } from './connect/connect.ts';
import { type ConnectOptions, parseConnectOptions } from './connect/connectOptions.ts';
import { hideArguments } from './connect/hideArguments.ts';
import { ExitCode, exitCodeOf } from './exitCode.ts';

/** The terminal commands, in a bundle of their own: hosts wait for `connect` to start. */
export interface TerminalProgram {
  runTerminal(argv: readonly string[], around: { distFolder: string }): Promise<number>;
}

/** The MCP server for supervisor agents, in a bundle of its own for the SDK that it needs. */
export interface SuperviseProgram {
  runSupervise(argv: readonly string[], around: { distFolder: string }): Promise<void>;
}

export interface CliSurroundings {
  readonly distFolder: string;
  readonly loadTerminal: () => TerminalProgram;
  readonly loadSupervise: () => SuperviseProgram;
}

/** Runs one command line. `connect` ends the process itself; the others let it run dry. */
export async function runCli(argv: readonly string[], around: CliSurroundings): Promise<void> {
  const [command, ...rest] = argv;
  const asksForHelp = ['--help', '-h'].includes(rest[0] ?? '');
  if (command === 'connect' && !asksForHelp) {
    process.exit(await runConnect(rest, around.distFolder));
  }
  if (command === 'supervise' && !asksForHelp) process.exit(await runSupervise(rest, around));
  process.exitCode = await around
    .loadTerminal()
    .runTerminal(argv, { distFolder: around.distFolder });
}

async function runConnect(argv: readonly string[], distFolder: string): Promise<number> {
  let options: ConnectOptions;
  try {
    options = parseConnectOptions(argv);
    hideArguments('connect', options);
  } catch (error) {
    return failed(error);
  }
  const host: HostStreams = {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  };
  return connect(options, { distFolder, host });
}

/** Its host has left when this returns, and nothing may keep it. */
async function runSupervise(argv: readonly string[], around: CliSurroundings): Promise<number> {
  try {
    await around.loadSupervise().runSupervise(argv, { distFolder: around.distFolder });
    return ExitCode.done;
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): number {
  process.stderr.write(`${PRODUCT}: ${messageOf(error)}\n`);
  return exitCodeOf(error);
}
