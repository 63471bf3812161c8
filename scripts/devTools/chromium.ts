import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand, twice } from './runCommand.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findChromium(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) return chosen;
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

async function installChromium(): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const apt = (args: string[]) => {
    const command = isRoot ? ['apt-get', ...args] : ['sudo', '-n', 'apt-get', ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return runCommand(command[0] ?? '', command.slice(1), { env });
  };
  console.log('Installing Chromium (apt-get) …');
  await twice(async () => {
    await apt(['update', '-qq']);
    await apt(['install', '-y', '-qq', 'chromium', 'fonts-dejavu-core']);
  });
}

/** A Chromium to look at VS Code with: the one there is, else Debian's. */
export async function chromiumPath(): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  try {
    await installChromium();
  } catch (cause) {
    const advice =
      'No Chromium found and none could be installed: install it, or set CHROMIUM_PATH.';
    throw new Error(advice, { cause });
  }
  const installed = findChromium();
  if (installed === undefined) throw new Error('apt-get installed Chromium, but it is not found.');
  return installed;
}
