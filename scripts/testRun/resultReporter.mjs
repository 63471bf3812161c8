// A reporter of `node --test` that writes one line of JSON per test (scripts/testRun/testResult.ts)
// and shows a sign of life on stdout.
import { relative } from 'node:path';

const STDERR_LINES = 30;
const SIGNS = { passed: '.', failed: 'X', skipped: '-' };

/** A parent fails with its children and a suite is no test: only the leaves count. */
function isCounted({ name, file, details }) {
  if (details?.type === 'suite') return false;
  if (details?.error?.failureType === 'subtestsFailed') return false;
  return !(name === file && details?.error === undefined);
}

function messageOf({ name, file, details }, stderr) {
  const cause = details?.error?.cause ?? details?.error;
  const message = String(cause?.stack ?? cause?.message ?? cause ?? 'failed');
  // A file that fails as a whole, such as by a missing import, tells why only there.
  const said = name === file ? stderr.split('\n').slice(-STDERR_LINES).join('\n') : '';
  return `${message}\n${said}`.trim();
}

function resultOf(type, data, stderr) {
  const isSkipped = data.skip !== undefined || data.todo !== undefined;
  const outcome = isSkipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
  const file = relative(process.cwd(), data.file ?? data.name);
  const result = { file, name: data.name === data.file ? '(the file)' : data.name, outcome };
  return outcome === 'failed' ? { ...result, message: messageOf(data, stderr) } : result;
}

export default async function* report(source) {
  const stderrs = new Map();
  for await (const { type, data } of source) {
    if (type === 'test:stderr') {
      stderrs.set(data.file, (stderrs.get(data.file) ?? '') + data.message);
    }
    if ((type !== 'test:pass' && type !== 'test:fail') || !isCounted(data)) continue;
    const result = resultOf(type, data, stderrs.get(data.file) ?? '');
    process.stdout.write(SIGNS[result.outcome]);
    yield `${JSON.stringify(result)}\n`;
  }
}
