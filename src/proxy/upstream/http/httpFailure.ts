import { messageOf, systemCodeOf, TaskHandlesError } from '../../../common/errors.ts';

const UNTRUSTED = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/;
const NO_TLS = /^(EPROTO|ERR_SSL_)/;
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Why a request got no answer at all, in one line; `origin` stands for the server. */
export function connectionFailure(origin: string, error: unknown): TaskHandlesError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = systemCodeOf(cause) ?? '';
  return failure(`${origin} ${whyUnreached(code, messageOf(cause))}`, error);
}

function whyUnreached(code: string, message: string): string {
  if (code === 'ECONNREFUSED') {
    return 'refuses the connection: start the server, or correct its url.';
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'cannot be found: correct the url, or look whether the network is up.';
  }
  if (UNTRUSTED.test(code)) {
    return `has a certificate that is not trusted (${code}): renew it, or name its authority in NODE_EXTRA_CA_CERTS.`;
  }
  if (NO_TLS.test(code)) return `does not speak TLS (${code}): write http:// in its url.`;
  if (BROKEN_OFF.has(code)) {
    return 'closed the connection before it answered; whether it did what was asked is unknown.';
  }
  return `cannot be reached (${code === '' ? message : code}): look whether the server is up.`;
}

/** Why an answer with this status, 400 or above, is none. */
export function statusFailure(origin: string, status: number): TaskHandlesError {
  if (status === 401 || status === 403) {
    const what =
      status === 401 ? 'asks for OAuth sign-in' : 'refuses access or asks for OAuth sign-in';
    return failure(
      `${origin} ${what} (HTTP ${status}); that is still the host's: leave the server untracked there for now, or give a token by a header.`,
    );
  }
  const hint =
    status < 500
      ? 'look whether its url is that of an MCP server, and whether that speaks the older SSE (type `sse`)'
      : 'try again later';
  return failure(`${origin} answered with HTTP ${status}; ${hint}.`);
}

/** A session is bound to the server's memory: what was in flight in it is not known any more. */
export function sessionGone(origin: string, status: number): TaskHandlesError {
  return failure(
    `${origin} does not know the session any more (HTTP ${status}): it was restarted, or has ended it. What ran in it may be lost; the next call opens a new one.`,
  );
}

/** The server answered with something that is neither JSON nor a stream of events. */
export function contentFailure(origin: string, contentType: string | null): TaskHandlesError {
  const type = contentType?.split(';', 1)[0]?.trim() ?? 'no content type';
  return failure(
    `${origin} answered with ${type.slice(0, 80)}, not as an MCP server; correct its url.`,
  );
}

/** What the transport itself gives up on, such as a redirect to another origin. */
export function transportFailure(origin: string, error: unknown): TaskHandlesError {
  if (TaskHandlesError.is(error)) return error;
  const redirect = /Redirect [^\n(]*/.exec(messageOf(error))?.[0].trim();
  if (redirect !== undefined) return failure(`${origin}: ${redirect}.`, error);
  return failure(`${origin} gave an answer that is not one of MCP: ${messageOf(error)}`, error);
}

/** A stream ended too early. */
export function unanswered(origin: string): TaskHandlesError {
  return failure(
    `${origin} ended its answer without a result; whether it did what was asked is unknown.`,
  );
}

/** What came is none of MCP, or answers something else. */
export function noAnswer(origin: string): TaskHandlesError {
  return failure(
    `${origin} gave an answer that is not one to this request; whether it did what was asked is unknown.`,
  );
}

function failure(message: string, cause?: unknown): TaskHandlesError {
  return new TaskHandlesError('upstream_start_failed', message, { cause });
}
