import { connect, type Socket } from 'node:net';
import { messageOf, systemCodeOf, TaskHandlesError } from '../common/errors.ts';
import { isJsonObject, numberOr, parseJson, stringOr } from '../common/json.ts';
import { VERSION } from '../common/product.ts';
import {
  CONTROL_PROTOCOL,
  type ConnectHello,
  type ControlHello,
  type Hello,
  type Welcome,
} from './brokerProtocol.ts';
import type { Endpoint } from './endpointFile.ts';
import { readFirstLine } from './firstLine.ts';

export type Granted = Extract<Welcome, { ok: true }>;

/** What only the link itself can fill in. */
type LinkFields = 'mcpTaskHandles' | 'token' | 'protocol' | 'version';

export type HelloFacts = Omit<ControlHello, LinkFields> | Omit<ConnectHello, LinkFields>;

/** A connection that the broker has welcomed; its bytes are yours from here: listen for `data`. */
export interface Link {
  readonly socket: Socket;
  readonly welcome: Granted;
}

/** A broker that is about to exit says this code: who hears it tries again with the next one. */
export const LEAVING = 'leaving';

/**
 * What came of one hello. `absent`: nobody is there, or just leaving; `silent`: somebody is there
 * and says nothing; `busy`: too many are waiting to be heard.
 */
export type Answer =
  | { readonly kind: 'granted'; readonly link: Link }
  | { readonly kind: 'absent'; readonly reason: string }
  | { readonly kind: 'silent' | 'busy' }
  | { readonly kind: 'refused'; readonly error: TaskHandlesError };

export interface GreetOptions {
  readonly endpoint: Endpoint;
  readonly hello: HelloFacts;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const WELCOME_LIMIT_BYTES = 64 * 1024;

/** Connects once and says hello once. Rejects only when the signal aborts. */
export async function greet(options: GreetOptions): Promise<Answer> {
  const { endpoint, hello, timeoutMs, signal } = options;
  const socket = connect(endpoint.socket);
  let isKept = false;
  try {
    await connected(socket);
    socket.write(`${JSON.stringify(helloLine(hello, endpoint))}\n`);
    const line = await readFirstLine(socket, { maxBytes: WELCOME_LIMIT_BYTES, timeoutMs, signal });
    const answer = answerOf(socket, parseJson(line));
    isKept = answer.kind === 'granted';
    return answer;
  } catch (error) {
    if (signal?.aborted) throw error;
    if (TaskHandlesError.is(error, 'invalid_message')) return { kind: 'silent' };
    if (systemCodeOf(error) === 'EAGAIN') return { kind: 'busy' };
    return { kind: 'absent', reason: messageOf(error) };
  } finally {
    if (!isKept) socket.destroy();
  }
}

function helloLine(hello: HelloFacts, endpoint: Endpoint): Hello {
  return {
    mcpTaskHandles: 1,
    token: endpoint.token,
    protocol: CONTROL_PROTOCOL,
    version: VERSION,
    ...hello,
  };
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve();
    });
  });
}

function answerOf(socket: Socket, value: unknown): Answer {
  const welcome = parseWelcome(value);
  if (welcome.ok) return { kind: 'granted', link: { socket, welcome } };
  if (welcome.code === LEAVING) return { kind: 'absent', reason: welcome.message };
  return { kind: 'refused', error: new TaskHandlesError('broker_refused', welcome.message) };
}

function parseWelcome(value: unknown): Welcome {
  if (isJsonObject(value) && value.ok === true) {
    return {
      ok: true,
      protocol: numberOr(value.protocol, CONTROL_PROTOCOL),
      version: stringOr(value.version, ''),
      pid: numberOr(value.pid, 0),
    };
  }
  const refusal = isJsonObject(value) ? value : {};
  return {
    ok: false,
    code: stringOr(refusal.code, 'internal'),
    message: stringOr(refusal.message, 'What listens at the socket is not our broker.'),
  };
}
