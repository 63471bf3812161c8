import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
} from '@vscode/test-electron';
import { _electron } from 'playwright-core';
import { waitForWorkbench } from '../../test/support/editorHost/openWindow.ts';
import { QUIET_SETTINGS } from '../../test/support/editorHost/startEditor.ts';
import { runCommand } from '../devTools/runCommand.ts';
import type { DemoHost, HostOptions } from './demoStage.ts';

interface DesktopFolders {
  readonly folder: string;
  readonly flags: readonly string[];
}

async function makeFolders(settings: HostOptions['settings']): Promise<DesktopFolders> {
  const folder = await mkdtemp(join(tmpdir(), 'th-desktop-'));
  const data = join(folder, 'data');
  await mkdir(join(data, 'User'), { recursive: true });
  const all = { ...QUIET_SETTINGS, ...settings };
  await writeFile(join(data, 'User/settings.json'), JSON.stringify(all));
  const flags = ['--user-data-dir', data, '--extensions-dir', join(folder, 'extensions')];
  return { folder, flags };
}

/** A desktop VS Code: downloaded, or the one that VSCODE_PATH names. */
export async function openDesktop(options: HostOptions): Promise<DemoHost> {
  const executable = process.env.VSCODE_PATH ?? (await downloadAndUnzipVSCode());
  const { folder, flags } = await makeFolders(options.settings);
  const [cli = '', ...cliArgs] = resolveCliArgsFromVSCodeExecutablePath(executable);
  for (const file of options.vsix) {
    await runCommand(cli, [...cliArgs, ...flags, '--install-extension', file, '--force']);
  }
  const home = join(folder, 'home');
  const app = await _electron.launch({
    executablePath: executable,
    args: [...flags, '--skip-welcome', '--disable-updates', '--no-sandbox', options.workspace],
    env: { ...process.env, ...options.env, MCP_TASK_HANDLES_HOME: home },
  });
  const page = await app.firstWindow();
  await waitForWorkbench(page);
  return {
    page,
    home,
    what: `a desktop VS Code (${executable})`,
    end: async () => {
      await app.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
    keep: async () => `VS Code runs on until you close it; its data is in ${folder}`,
  };
}
