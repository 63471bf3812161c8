/** How a resolved file is started on Windows. */
export interface WindowsCommandLine {
  readonly file: string;
  readonly args: readonly string[];
  /** The arguments are quoted already, in the way of cmd.exe. */
  readonly isVerbatim: boolean;
}

/** `.cmd` and `.bat` files (npx.cmd) are no programs: only cmd.exe runs them, and it has its own quoting. */
export function windowsCommandLine(
  file: string,
  args: readonly string[],
  shell = 'cmd.exe',
): WindowsCommandLine {
  if (!/\.(cmd|bat)$/i.test(file)) return { file, args, isVerbatim: false };
  const words = [file.replace(CMD_SPECIAL, '^$1'), ...args.map(quoteForBatch)];
  return { file: shell, args: ['/d', '/s', '/c', `"${words.join(' ')}"`], isVerbatim: true };
}

const CMD_SPECIAL = /([()\][%!^"`<>&|;, *?])/g;

/** Quoted for the program, then escaped for cmd.exe twice: a batch file passes `%*` on to a second parsing. */
function quoteForBatch(arg: string): string {
  const escaped = arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1');
  return `"${escaped}"`.replace(CMD_SPECIAL, '^$1').replace(CMD_SPECIAL, '^$1');
}
