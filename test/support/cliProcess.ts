import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a terminal command to its end. */
export function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<CliOutcome> {
  const options = { timeout: 60_000, env };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

/** What a command prints with `--json`, parsed. */
export async function cliJson<T>(args: readonly string[]): Promise<T> {
  const { stdout, stderr } = await runCli([...args, '--json']);
  if (stdout === '') throw new Error(`nothing on stdout; stderr: ${stderr}`);
  return JSON.parse(stdout) as T;
}
