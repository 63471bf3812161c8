import { mkdir } from 'node:fs/promises';
import { runTests } from '@vscode/test-electron';
import { ROOT } from './testFiles.ts';

export interface DesktopRun {
  readonly workspace: string;
  readonly suite: string;
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
}

/** The same suite in a desktop VS Code, which is downloaded (or named by VSCODE_PATH). */
export async function runInDesktop({ workspace, suite, env, home }: DesktopRun): Promise<void> {
  const executable = process.env.VSCODE_PATH;
  await mkdir(home, { recursive: true });
  await runTests({
    ...(executable ? { vscodeExecutablePath: executable } : {}),
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: suite,
    extensionTestsEnv: { ...env, MCP_TASK_HANDLES_HOME: home },
    launchArgs: [workspace, '--disable-workspace-trust', '--disable-extensions', '--skip-welcome'],
  });
}
