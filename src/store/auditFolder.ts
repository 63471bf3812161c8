import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

const NAME = /^audit-(\d{6,})\.ndjson$/;
/** Lines after which others get a turn. */
const LINES_A_TURN = 500;

/** A numbered file of the trail. */
export interface AuditFile {
  readonly number: number;
  readonly path: string;
}

export function auditFile(folder: string, number: number): AuditFile {
  return { number, path: join(folder, `audit-${String(number).padStart(6, '0')}.ndjson`) };
}

/** The files of a trail, oldest first. */
export async function listAuditFiles(folder: string): Promise<AuditFile[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => {
      const number = NAME.exec(name)?.[1];
      return number === undefined ? [] : [auditFile(folder, Number(number))];
    })
    .sort((a, b) => a.number - b.number);
}

/**
 * Lines of a file's first `size` bytes, or of those behind `from`, with their numbers; others have
 * their turn meanwhile.
 */
export async function* linesOf(
  path: string,
  size = Number.POSITIVE_INFINITY,
  from = 0,
): AsyncGenerator<{ line: number; text: string }> {
  if (size <= from) return;
  const input = createReadStream(path, { encoding: 'utf8', start: from, end: size - 1 });
  let line = 0;
  try {
    for await (const text of cutAtNewlines(input)) {
      line += 1;
      if (line % LINES_A_TURN === 0) await nextTurn();
      yield { line, text };
    }
  } finally {
    input.destroy();
  }
}

/** Not by `readline`: newer ones of Node also cut at U+2028 and U+2029, which JSON leaves in texts. */
async function* cutAtNewlines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
