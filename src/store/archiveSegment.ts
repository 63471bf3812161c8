import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { syncFolder } from '../common/durableFile.ts';
import { isJsonObject, type JsonObject, numberOr, parseJson } from '../common/json.ts';
import type { HandleId } from '../registry/taskRecord.ts';
import type { PayloadKind } from '../registry/taskStore.ts';
import { replaceFile } from './durableFiles.ts';
import { PAYLOAD_KINDS } from './payloadFolder.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** A record on its way into an archive; payloads are read one at a time. */
export interface ArchivedTask {
  readonly handle: HandleId;
  readonly record: object;
  readonly readPayload: (kind: PayloadKind) => Promise<string | null>;
}

/** Where a payload lies in the results file of its segment. */
type Slice = readonly [offset: number, length: number];

interface SegmentIndex {
  readonly version: 1;
  /** When the last of its tasks has expired. */
  readonly latestExpiryMs: number;
  readonly tasks: Record<string, Partial<Record<PayloadKind, Slice>>>;
}

/**
 * Ended tasks in three files that are never changed: records (gzip), payloads (a gzip member
 * each), and an index that is written last: without it there is no segment.
 */
export class ArchiveSegment {
  constructor(
    private readonly folder: string,
    readonly number: number,
  ) {}

  async write(tasks: readonly ArchivedTask[], latestExpiryMs: number): Promise<void> {
    const index: SegmentIndex = { version: 1, latestExpiryMs, tasks: {} };
    await replaceFile(this.path('results'), packed(tasks, index));
    const lines = tasks.map(({ record }) => `${JSON.stringify(record)}\n`).join('');
    await replaceFile(this.path('records.gz'), [await zip(lines)]);
    await syncFolder(this.folder);
    await replaceFile(this.path('index.json'), [JSON.stringify(index)]);
    await syncFolder(this.folder);
  }

  async handles(): Promise<HandleId[]> {
    return Object.keys((await this.#index()).tasks) as HandleId[];
  }

  async latestExpiryMs(): Promise<number> {
    return (await this.#index()).latestExpiryMs;
  }

  async holds(handle: HandleId): Promise<boolean> {
    return Object.hasOwn((await this.#index()).tasks, handle);
  }

  /** Every record that can be read, in the order in which they were archived. */
  async records(): Promise<unknown[]> {
    const text = (await unzip(await readFile(this.path('records.gz')))).toString('utf8');
    return text.split('\n').flatMap((line) => parseJson(line) ?? []);
  }

  async readPayload(handle: HandleId, kind: PayloadKind): Promise<string | null> {
    const slice = (await this.#index()).tasks[handle]?.[kind];
    if (slice === undefined) return null;
    const [offset, length] = slice;
    const file = await open(this.path('results'), 'r');
    try {
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      return (await unzip(buffer)).toString('utf8');
    } finally {
      await file.close();
    }
  }

  /** The files of the segment; the index first, so that half a removal leaves no segment. */
  get paths(): string[] {
    return ['index.json', 'results', 'records.gz'].map((name) => this.path(name));
  }

  private path(name: string): string {
    return join(this.folder, `${String(this.number).padStart(6, '0')}.${name}`);
  }

  async #index(): Promise<SegmentIndex> {
    const value = parseJson(await readFile(this.path('index.json'), 'utf8'));
    const index: JsonObject = isJsonObject(value) ? value : {};
    const tasks = isJsonObject(index.tasks) ? index.tasks : {};
    return {
      version: 1,
      latestExpiryMs: numberOr(index.latestExpiryMs, Number.POSITIVE_INFINITY),
      tasks: tasks as SegmentIndex['tasks'],
    };
  }
}

/** Payloads one behind the other, noted in the index; one of them is in memory at a time. */
async function* packed(
  tasks: readonly ArchivedTask[],
  index: SegmentIndex,
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for (const { handle, readPayload } of tasks) {
    const slices: Partial<Record<PayloadKind, Slice>> = {};
    for (const kind of PAYLOAD_KINDS) {
      const json = await readPayload(kind);
      if (json === null) continue;
      const bytes = await zip(json);
      slices[kind] = [offset, bytes.length];
      offset += bytes.length;
      yield bytes;
    }
    index.tasks[handle] = slices;
  }
}
