import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TaskView } from '../../../src/registry/taskView.ts';
import { lookAgain } from '../lookAgain.ts';

const run = promisify(execFile);
const CLI = join(import.meta.dirname, '../../../dist/cli.js');

/** Every task of a home, as a person's terminal shows them. */
export async function brokerTasks(home: string): Promise<TaskView[]> {
  const args = [CLI, 'list', '--all', '--json', '--home', home];
  // What a terminal says beside it, such as that new work is refused, goes to stderr.
  const { stdout: text } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  const answer: unknown = JSON.parse(text);
  if (!Array.isArray(answer)) throw new Error(`list --json printed no array: ${text}`);
  return answer;
}

/** Every datafile of records below a folder. */
export function recordFiles(folder: string): string[] {
  return lookAgain(() => readdirSync(folder, { recursive: true }))
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith('handles.db'));
}
