import type { IncomingMessage } from 'node:http';
import { isSameSecret } from '../../../common/sameSecret.ts';
import { HttpErrorCode, type HttpRefusal } from './httpRefusal.ts';

const LOCAL_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const METHODS: ReadonlySet<string | undefined> = new Set(['POST', 'GET', 'DELETE']);

/**
 * Whether a request may be read at all: its Host and Origin are this machine's (a web page that has
 * a name point to us must not get in), and it brings the token. `null`: it may.
 */
export function guardRefusal(request: IncomingMessage, token: string): HttpRefusal | null {
  const { host, origin, authorization } = request.headers;
  if (!isLocalHost(host)) return forbidden('The Host header names another machine.');
  if (!isLocalOrigin(origin)) return forbidden('The Origin is not allowed.');
  if (!METHODS.has(request.method)) return methodRefusal('POST, GET, DELETE');
  if (!isBearer(authorization, token)) return unauthorized(authorization !== undefined);
  return null;
}

/** 405, naming what is allowed instead. */
export function methodRefusal(allow: string): HttpRefusal {
  const headers = { Allow: allow };
  return { status: 405, code: HttpErrorCode.refused, message: 'Method not allowed.', headers };
}

/** A `Host` header: a name of this machine, with or without a port. */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && LOCAL_NAMES.has(hostnameOf(`http://${host}`));
}

/** Programs send no Origin; what browsers send must be a page of this machine. */
export function isLocalOrigin(origin: string | undefined): boolean {
  return origin === undefined || origin === '' || LOCAL_NAMES.has(hostnameOf(origin));
}

function hostnameOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}

function isBearer(authorization: string | undefined, token: string): boolean {
  return isSameSecret(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '', token);
}

function forbidden(message: string): HttpRefusal {
  return { status: 403, code: HttpErrorCode.refused, message };
}

function unauthorized(isGiven: boolean): HttpRefusal {
  const error = isGiven ? ', error="invalid_token"' : '';
  return {
    status: 401,
    code: HttpErrorCode.refused,
    message: 'The bearer token is missing or wrong; `serve` says where it lies.',
    headers: { 'WWW-Authenticate': `Bearer realm="mcp-task-handles"${error}` },
  };
}
