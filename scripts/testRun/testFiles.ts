import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** Where each group's `*.test.ts` files are, relative to the checkout. */
export const TEST_FOLDERS = {
  unit: 'test/unit',
  integration: 'test/integration',
  host: 'test/editor',
  ui: 'test/ui',
} as const;

export type TestFolder = keyof typeof TEST_FOLDERS;

/** The folder's test files, sorted; a folder without any is an error, never a pass. */
export function findTestFiles(folder: TestFolder): string[] {
  const found = readdirSync(join(ROOT, TEST_FOLDERS[folder]), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => relative(ROOT, join(ROOT, TEST_FOLDERS[folder], name)))
    .sort();
  if (found.length === 0) throw new Error(`No test found in ${TEST_FOLDERS[folder]}.`);
  return found;
}
