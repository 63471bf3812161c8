import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type * as vscode from 'vscode';
import type { HomePaths } from '../../brokerApi/home.ts';
import { stageVersion } from '../../brokerApi/versions.ts';
import { launcherName, launcherText } from './launcherText.ts';

export interface TerminalCommandOptions {
  readonly paths: HomePaths;
  readonly distFolder: string;
  readonly environment: vscode.EnvironmentVariableCollection;
}

/** Puts `mcp-task-handles` on the PATH of the editor's terminals. Throws when it cannot. */
export function offerInTerminals({ paths, distFolder, environment }: TerminalCommandOptions): void {
  const program = join(stageVersion(paths, distFolder), 'cli.js');
  writeLauncher(paths, program);
  environment.description = 'The command `mcp-task-handles`';
  environment.prepend('PATH', `${paths.bin}${delimiter}`, {
    applyAtProcessCreation: true,
    // Login shells often set PATH anew.
    applyAtShellIntegration: true,
  });
}

/** Written only when it would differ, and whole or not at all: a terminal may be running it. */
function writeLauncher(paths: HomePaths, program: string): void {
  const file = join(paths.bin, launcherName(process.platform));
  const text = launcherText({
    platform: process.platform,
    runtime: process.execPath,
    isElectron: process.versions.electron !== undefined,
    program,
    home: paths.root,
  });
  if (currentText(file) === text) return;
  mkdirSync(paths.bin, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o700 });
  renameSync(temporary, file);
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
