import { messageOf } from '../common/errors.ts';
import { PRODUCT } from '../common/product.ts';
import { connect, type HostStreams } from './connect/connect.ts';
import { type ConnectOptions, parseConnectOptions } from './connect/connectOptions.ts';
import { exitCodeOf } from './exitCode.ts';

/** The terminal commands, in a bundle of their own: hosts wait for `connect` to start. */
export interface TerminalProgram {
  runTerminal(argv: readonly string[], around: { distFolder: string }): Promise<number>;
}

export interface CliSurroundings {
  readonly distFolder: string;
  readonly loadTerminal: () => TerminalProgram;
}

/** Runs one command line. `connect` ends the process itself; the others let it run dry. */
export async function runCli(argv: readonly string[], around: CliSurroundings): Promise<void> {
  const [command, ...rest] = argv;
  if (command === 'connect' && !['--help', '-h'].includes(rest[0] ?? '')) {
    process.exit(await runConnect(rest, around.distFolder));
  }
  process.exitCode = await around
    .loadTerminal()
    .runTerminal(argv, { distFolder: around.distFolder });
}

async function runConnect(argv: readonly string[], distFolder: string): Promise<number> {
  let options: ConnectOptions;
  try {
    options = parseConnectOptions(argv);
  } catch (error) {
    process.stderr.write(`${PRODUCT}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
  const host: HostStreams = {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  };
  return connect(options, { distFolder, host });
}
