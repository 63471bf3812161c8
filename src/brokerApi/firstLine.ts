import type { Socket } from 'node:net';
import { TaskHandlesError } from '../common/errors.ts';

export interface FirstLineOptions {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const NEWLINE = 0x0a;

/**
 * Reads the line that opens every connection and leaves the rest in the socket, which flows again
 * with the next `data` listener. Rejects with `link_lost` (closed before it) or `invalid_message` (too long, too late).
 * The socket keeps an error listener: an error between two owners must not end the process.
 */
export function readFirstLine(socket: Socket, options: FirstLineOptions): Promise<string> {
  socket.on('error', () => {});
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let isOver = false;
    const timer = setTimeout(
      () => fail(new TaskHandlesError('invalid_message', 'No first line came in time.')),
      options.timeoutMs,
    );
    const onClose = () =>
      fail(new TaskHandlesError('link_lost', 'The connection was closed before its first line.'));
    const onAbort = () => fail(options.signal?.reason);
    const onReadable = () => {
      while (!isOver) {
        const chunk = read(socket);
        if (chunk === null) return;
        take(chunk);
      }
    };
    const take = (chunk: Buffer) => {
      const end = chunk.indexOf(NEWLINE);
      size += end === -1 ? chunk.length : end;
      if (size > options.maxBytes) {
        fail(new TaskHandlesError('invalid_message', 'The first line is too long.'));
        return;
      }
      parts.push(end === -1 ? chunk : chunk.subarray(0, end));
      if (end !== -1) succeed(chunk.subarray(end + 1));
    };
    const release = () => {
      clearTimeout(timer);
      isOver = true;
      socket.off('readable', onReadable).off('close', onClose).off('end', onClose);
      options.signal?.removeEventListener('abort', onAbort);
    };
    const fail = (reason: unknown) => {
      release();
      reject(reason);
    };
    const succeed = (rest: Buffer) => {
      release();
      if (rest.length > 0) socket.unshift(rest);
      resolve(Buffer.concat(parts).toString('utf8'));
    };
    socket.on('readable', onReadable).on('close', onClose).on('end', onClose);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    else if (socket.destroyed) onClose();
  });
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
