import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { devTools } from '../devTools/devTools.ts';
import { runCommand } from '../devTools/runCommand.ts';

/** Packs the extension in `folder` into `file` with vsce. */
export async function packExtension(folder: string, file: string): Promise<void> {
  const { node, vsce } = await devTools();
  await mkdir(dirname(file), { recursive: true });
  const flags = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--skip-license',
    '--no-rewrite-relative-links',
  ];
  await runCommand(node, [vsce, 'package', ...flags, '--out', file], { cwd: folder });
}

/** The paths in a packed extension, as it will be installed. */
export async function listPackedFiles(folder: string): Promise<string[]> {
  const { node, vsce } = await devTools();
  const output = await runCommand(node, [vsce, 'ls', '--no-dependencies'], { cwd: folder });
  return output.split('\n').filter((line) => line.trim() !== '');
}
