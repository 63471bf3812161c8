import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../../common/json.ts';
import { MAX_LINE_BYTES } from '../../../common/lines.ts';
import { WireErrorCode } from '../../wire/jsonRpc.ts';
import { HttpErrorCode, type HttpRefusal } from './httpRefusal.ts';

/** The largest message that is promised to pass (P12). */
const MAX_BODY_BYTES = MAX_LINE_BYTES / 2;

/** The body of a POST as one line, or why it is not taken. */
export type BodyReading = { readonly line: string } | { readonly refusal: HttpRefusal };

/** Reads a POST's body, at most `maxBytes` of it. Rejects when the client breaks off. */
export async function readBody(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<BodyReading> {
  if (!isJson(request.headers)) return { refusal: WRONG_TYPE };
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += part.length;
    if (bytes > maxBytes) return tooLarge(maxBytes);
    parts.push(part);
  }
  return lineOf(Buffer.concat(parts));
}

const NOT_JSON: HttpRefusal = {
  status: 400,
  code: WireErrorCode.parseError,
  message: 'The body is not JSON.',
};

const WRONG_TYPE: HttpRefusal = {
  status: 415,
  code: HttpErrorCode.refused,
  message: 'The Content-Type must be application/json, without a Content-Encoding.',
};

/**
 * A message goes on as a line: breaks between its members become spaces, elsewhere JSON has none.
 * Parsed only to know that it is JSON: what reads the line later does not look into its strings.
 */
function lineOf(body: Buffer): BodyReading {
  if (!isUtf8(body)) return { refusal: NOT_JSON };
  const text = body.toString('utf8').trim();
  if (parseJson(text) === undefined) return { refusal: NOT_JSON };
  return { line: /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+/g, ' ') : text };
}

function isJson(headers: IncomingMessage['headers']): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  return (
    encoding === 'identity' && /^application\/json *(;|$)/i.test(headers['content-type'] ?? '')
  );
}

function tooLarge(maxBytes: number): BodyReading {
  const message = `The body is larger than ${maxBytes} bytes; it was refused.`;
  // The rest is not read, so the connection is of no use any more.
  const headers = { Connection: 'close' };
  return { refusal: { status: 413, code: HttpErrorCode.refused, message, headers } };
}
