import { messageOf } from '../../common/errors.ts';
import { PRODUCT, VERSION } from '../../common/product.ts';
import { ExitCode, exitCodeOf } from '../exitCode.ts';
import { serve } from '../serve/serve.ts';
import { acceptCommand } from './acceptCommand.ts';
import { answerCommand } from './answerCommand.ts';
import { auditCommand } from './auditCommand.ts';
import { brokerCommand } from './brokerCommand.ts';
import { doctorCommand } from './doctorCommand.ts';
import { extendCommand } from './extendCommand.ts';
import { listCommand } from './listCommand.ts';
import { panicCommand } from './panicCommand.ts';
import { pauseCommand, resumeCommand } from './pauseCommand.ts';
import { resultCommand } from './resultCommand.ts';
import { revokeCommand } from './revokeCommand.ts';
import { statusCommand } from './statusCommand.ts';
import { Terminal } from './terminal.ts';
import { parseTerminalOptions, type TerminalCommand } from './terminalOptions.ts';
import { USAGE } from './usageText.ts';
import { waitCommand } from './waitCommand.ts';

const COMMANDS: Record<TerminalCommand, (terminal: Terminal) => Promise<ExitCode>> = {
  list: listCommand,
  status: statusCommand,
  wait: waitCommand,
  result: resultCommand,
  revoke: revokeCommand,
  pause: pauseCommand,
  resume: resumeCommand,
  extend: extendCommand,
  answer: answerCommand,
  audit: auditCommand,
  'accept-new-work': acceptCommand,
  panic: panicCommand,
  broker: brokerCommand,
  doctor: doctorCommand,
};

/** Runs one terminal command; failures become one line on stderr and an exit code. */
export async function runTerminal(
  argv: readonly string[],
  { distFolder }: { distFolder: string },
): Promise<ExitCode> {
  endQuietlyWithoutReader();
  try {
    const [word, ...rest] = argv;
    const asksForHelp = ['--help', '-h'].includes(rest[0] ?? '');
    if (word === 'serve' && !asksForHelp) return await serve(rest, distFolder);
    const options = parseTerminalOptions(argv);
    const terminal = new Terminal(options, distFolder);
    const { command } = options;
    if (command !== 'help' && command !== 'version') return await COMMANDS[command](terminal);
    terminal.print(command === 'help' ? USAGE : VERSION);
    return ExitCode.done;
  } catch (error) {
    process.stderr.write(`${PRODUCT}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}

/** `list | head -1` closes the pipe on us: that is no failure. */
function endQuietlyWithoutReader(): void {
  process.stdout.on('error', () => process.exit(ExitCode.done));
}
