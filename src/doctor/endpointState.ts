import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Endpoint, readEndpoint, retractEndpoint } from '../brokerApi/endpointFile.ts';
import type { Finding } from '../brokerApi/finding.ts';
import { greet, type Link } from '../brokerApi/greeting.ts';
import { socketPathsFor, socketPlaceOf } from '../brokerApi/socketPath.ts';
import { isSameProcess } from '../processes/processIdentity.ts';
import { type Look, mendable } from './examination.ts';
import { type LockState, lockState } from './lockState.ts';

/** The broker of a home as a client meets it. */
export interface Reach {
  /** To the broker, where one answers: the caller's to close. */
  readonly link: Link | null;
  /** A broker owns the home, or may: nothing of it is anybody else's to mend. */
  readonly isOwned: boolean;
  readonly findings: readonly Finding[];
}

/** How long a living broker may take to answer, or to put its endpoint in place again. */
const ANSWER_MS = 3_000;
const LOOK_AGAIN_MS = 100;

/** Whether a broker runs and answers; what a dead one has left for clients to stumble over. */
export async function endpointState(look: Look): Promise<Reach> {
  const lock = await lockState(look);
  const link = await answerOf(look, lock);
  if (link !== null && 'socket' in link) return { link, isOwned: true, findings: [] };
  if (link !== null) return { link: null, isOwned: true, findings: [link] };
  const stale = lock.kind === 'stale' ? [lock.finding] : [];
  const findings = [...stale, ...(await staleEndpoint(look))];
  return { link: null, isOwned: false, findings };
}

/** A link, what is wrong with the broker that lives or may live, or `null` where none does. */
async function answerOf(look: Look, lock: LockState): Promise<Link | Finding | null> {
  if (lock.kind === 'unclear') return (await answerAtOnce(look)) ?? lock.finding;
  if (lock.kind !== 'owned') return null;
  const { pid } = lock.owner;
  const end = performance.now() + ANSWER_MS;
  for (;;) {
    const { endpoint } = readEndpoint(look.paths.endpoint);
    const timeoutMs = Math.max(1, end - performance.now());
    const answer = endpoint === undefined ? null : await ask(endpoint, timeoutMs);
    if (answer?.kind === 'granted') return answer.link;
    if (answer?.kind === 'refused') return broker(pid, 'refuses us', `${answer.error.message}`);
    if (isSameProcess(lock.owner) === 'dead') return null;
    if (answer?.kind === 'silent' || performance.now() >= end) {
      return broker(
        pid,
        'does not answer',
        `It may be stopped: \`kill -CONT ${pid}\`, or end it with \`kill ${pid}\`; its tasks stay on record.`,
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** What answers lives, whatever its lock proves (Windows tells no start times). */
async function answerAtOnce({ paths }: Look): Promise<Link | null> {
  const { endpoint } = readEndpoint(paths.endpoint);
  if (endpoint === undefined) return null;
  const answer = await ask(endpoint, ANSWER_MS);
  return answer.kind === 'granted' ? answer.link : null;
}

function ask(endpoint: Endpoint, timeoutMs: number) {
  return greet({ endpoint, hello: { role: 'control', client: 'terminal' }, timeoutMs });
}

function broker(pid: number, how: string, why: string): Finding {
  return {
    kind: 'broker',
    what: `The broker (pid ${pid}) lives and ${how}`,
    why,
    outcome: 'cannot',
  };
}

/** No broker lives: what says that one does is stale. */
async function staleEndpoint(look: Look): Promise<Finding[]> {
  const { endpoint: path } = look.paths;
  const { endpoint, reason } = readEndpoint(path);
  if (endpoint === undefined && reason === undefined) return [];
  const why = 'Its broker ended without taking it back; the next one writes it anew.';
  const what = reason ?? `The endpoint ${path} names broker ${endpoint?.pid}, which is gone`;
  const mend = () => {
    if (endpoint === undefined) rmSync(path, { force: true });
    else retractEndpoint(path, endpoint.token);
    removeSocket(look);
  };
  return [await mendable({ kind: 'stale_endpoint', what, why }, look, mend)];
}

/** At the places where our brokers listen, never where a file says. */
function removeSocket({ paths }: Look): void {
  if (process.platform === 'win32') return;
  for (const path of socketPathsFor(socketPlaceOf(paths.root))) rmSync(path, { force: true });
}
