import type { ServerResponse } from 'node:http';
import { errorLine } from '../../wire/jsonRpc.ts';

/** Why a request is not served: an HTTP status with a JSON-RPC error in the body. */
export interface HttpRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where neither JSON-RPC nor MCP has a code: what the official SDKs use. */
export const HttpErrorCode = {
  refused: -32000,
  sessionNotFound: -32001,
} as const;

/** Answers with the refusal; `id` is JSON text, as far as it is known. */
export function answerRefusal(response: ServerResponse, refusal: HttpRefusal, id = 'null'): void {
  const { status, code, message, data, headers } = refusal;
  answerJson(response, { status, line: errorLine(id, code, message, data), headers });
}

/** Answers with one message and nothing else. */
export function answerJson(
  response: ServerResponse,
  answer: {
    readonly status: number;
    readonly line: string;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  },
): void {
  const { status, line, headers } = answer;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(line),
    ...headers,
  });
  response.end(line);
}
