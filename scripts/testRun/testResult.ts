import { readFileSync } from 'node:fs';

/** How one test ended, whichever runner ran it. */
export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message?: string;
}

/** Reads what a runner has written so far, a line of JSON each; a torn last line is left out. */
export function readResults(file: string): TestResult[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole.split('\n').filter((line) => line !== '');
  return lines.map((line): TestResult => JSON.parse(line));
}
