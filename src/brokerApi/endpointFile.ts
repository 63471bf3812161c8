import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { messageOf, systemCodeOf } from '../common/errors.ts';
import { isJsonObject, parseJson } from '../common/json.ts';

/** Where the broker listens and what it wants to hear (P8: mode 0600). */
export interface Endpoint {
  readonly mcpTaskHandles: 1;
  readonly pid: number;
  readonly startTime: string | null;
  readonly socket: string;
  /** 32 random bytes in hex. */
  readonly token: string;
  readonly protocol: number;
  readonly version: string;
  /** The broker's lock number. */
  readonly number: number;
}

/** `reason` is absent when there simply is no file. */
export type EndpointReading = { readonly endpoint?: Endpoint; readonly reason?: string };

const LARGEST_BYTES = 64 * 1024;

/** No link is followed, and a pipe in its place does not block. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Puts the file in place whole: a reader sees the old one or the new one. */
export function writeEndpoint(path: string, endpoint: Endpoint): void {
  const temporary = `${path}.${endpoint.pid}.tmp`;
  const descriptor = openSync(temporary, 'w', 0o600);
  try {
    writeFileSync(descriptor, `${JSON.stringify(endpoint)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path);
}

/** Reads the file as untrusted input: what is not ours alone and well-formed is as good as none. */
export function readEndpoint(path: string): EndpointReading {
  try {
    const descriptor = openSync(path, READ_FLAGS);
    try {
      return readOpened(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return {};
    return { reason: `The endpoint file ${path} cannot be read: ${messageOf(error)}.` };
  }
}

function readOpened(descriptor: number): EndpointReading {
  const found = fstatSync(descriptor);
  if (!found.isFile() || found.size > LARGEST_BYTES) {
    return { reason: 'The endpoint file is not one of ours.' };
  }
  if (process.platform !== 'win32') {
    if (found.uid !== process.getuid?.()) {
      return { reason: 'The endpoint file belongs to another user.' };
    }
    if ((found.mode & 0o077) !== 0) {
      return { reason: 'The endpoint file is open to other users.' };
    }
  }
  const endpoint = parseEndpoint(parseJson(readFileSync(descriptor, 'utf8')));
  return endpoint === undefined ? { reason: 'The endpoint file holds junk.' } : { endpoint };
}

function parseEndpoint(value: unknown): Endpoint | undefined {
  if (!isJsonObject(value) || value.mcpTaskHandles !== 1) return undefined;
  const { pid, startTime, socket, token, protocol, version, number } = value;
  if (!isCount(pid) || !isCount(protocol) || !isCount(number)) return undefined;
  if (typeof socket !== 'string' || typeof token !== 'string' || typeof version !== 'string') {
    return undefined;
  }
  if (socket === '' || !/^[0-9a-f]{64}$/.test(token)) return undefined;
  const start = typeof startTime === 'string' ? startTime : null;
  return { mcpTaskHandles: 1, pid, startTime: start, socket, token, protocol, version, number };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** Takes the file away if it is still the one with this token. */
export function retractEndpoint(path: string, token: string): void {
  if (readEndpoint(path).endpoint?.token !== token) return;
  try {
    unlinkSync(path);
  } catch {
    // Gone already: that is what was wanted.
  }
}
