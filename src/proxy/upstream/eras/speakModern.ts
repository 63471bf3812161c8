import type { Clock } from '../../../common/clock.ts';
import { TaskHandlesError } from '../../../common/errors.ts';
import { isJsonObject, parseJson, stringOr } from '../../../common/json.ts';
import { redactSecrets } from '../../../common/redact.ts';
import { notificationLine, WireErrorCode } from '../../wire/jsonRpc.ts';
import {
  LAST_LEGACY_VERSION,
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_PROTOCOL_VERSION,
  Method,
  MODERN_VERSION,
} from '../../wire/mcpNames.ts';
import { parsedSpan, sliceOf } from '../../wire/wireMessage.ts';
import type { ModernOpening } from '../opening.ts';
import type { UpstreamChannel } from '../upstreamChannel.ts';
import type { KnownEra } from './eraMemory.ts';
import { HeardChannel } from './heardChannel.ts';
import { isDiscovery } from './initializeResult.ts';
import { type Asked, Introduction, type Reply } from './introduction.ts';
import { ModernOverLegacy } from './modernOverLegacy.ts';
import { memberText, objectWithout } from './splices.ts';

/** A server that was just started, and what its modern client says of itself. */
export interface SpeakModernOptions {
  readonly channel: UpstreamChannel;
  /** Starts the server once more: there are some that a probe breaks. */
  readonly restart: () => Promise<UpstreamChannel>;
  readonly opening: ModernOpening;
  readonly clock: Clock;
  /** Of this server, for modern clients. */
  readonly known: KnownEra;
}

/** After this a server is taken for a legacy one (2026-07-28, detecting the era). */
const PROBE_LIMIT_MS = 2_000;
/** A legacy server that was probed may have been struck dumb by it; a slow one is merely slow. */
const GREETING_LIMIT_MS = 10_000;

/**
 * A channel that a modern client can speak to, whatever the server speaks: a modern server's own,
 * or a bridge to a legacy one that has been initialised. Rejects with `upstream_start_failed` if
 * it will not be spoken to at all; no process is left behind then.
 */
export async function speakModern(options: SpeakModernOptions): Promise<UpstreamChannel> {
  const { channel, clock, known } = options;
  if (known.era === 'modern') return channel;
  const first = new Introduction(channel, clock);
  try {
    const probe = known.era === 'legacy' ? null : first.ask(Method.discover, probeParams(options));
    return await (probe === null ? greetKnown(first, options) : explore(first, probe, options));
  } finally {
    first.dispose();
  }
}

async function greetKnown(
  first: Introduction,
  options: SpeakModernOptions,
): Promise<UpstreamChannel> {
  const reply = await first.wait(greet(first, options), null);
  return bridged(first, reply, options) ?? (await refused(first, reply, options));
}

async function explore(
  first: Introduction,
  probe: Asked,
  options: SpeakModernOptions,
): Promise<UpstreamChannel> {
  if (isModern(await first.wait(probe, PROBE_LIMIT_MS))) return modern(first, options);
  const reply = await first.wait(greet(first, options), GREETING_LIMIT_MS);
  const legacy = bridged(first, reply, options);
  if (legacy !== null) return legacy;
  // A modern server that was slow to start: it refuses `initialize`, the probe it answers late.
  if (isModern(probe.reply)) return modern(first, options);
  return await startOver(first, options);
}

/** The probe may have broken it: once more, greeted as the legacy server that it then is. */
async function startOver(
  first: Introduction,
  options: SpeakModernOptions,
): Promise<UpstreamChannel> {
  if (!first.isGone) await first.channel.shutDown();
  const second = new Introduction(await options.restart(), options.clock);
  try {
    return await greetKnown(second, options);
  } finally {
    second.dispose();
  }
}

function modern({ channel, stderr }: Introduction, { known }: SpeakModernOptions): UpstreamChannel {
  known.note('modern');
  return new HeardChannel(channel, stderr);
}

/** `null` if the server has not let itself be initialised. */
function bridged(
  { channel, stderr }: Introduction,
  reply: Reply,
  { clock, known }: SpeakModernOptions,
): UpstreamChannel | null {
  if (reply.kind !== 'answer' || reply.answer.result === null) return null;
  known.note('legacy');
  const initializeResult = sliceOf(reply.answer.text, reply.answer.result);
  const heard = new HeardChannel(channel, stderr);
  const bridge = new ModernOverLegacy(heard, { clock, initializeResult });
  channel.send(notificationLine(Method.initialized));
  return bridge;
}

async function refused(
  { channel, isGone }: Introduction,
  reply: Reply,
  { known }: SpeakModernOptions,
): Promise<never> {
  known.forget();
  if (!isGone) await channel.shutDown();
  throw new TaskHandlesError(
    'upstream_start_failed',
    `The server could not be initialised: ${whyNot(reply)}`,
  );
}

function whyNot(reply: Reply): string {
  if (reply.kind === 'gone') {
    const lastWords = shownOf(reply.exit.stderrTail.trim().split('\n').at(-1) ?? '');
    return lastWords === '' ? 'it exited.' : `it exited, saying: ${lastWords}`;
  }
  if (reply.kind === 'silent') return 'it did not answer.';
  const error = parsedSpan(reply.answer, reply.answer.error);
  return shownOf(stringOr(isJsonObject(error) ? error.message : null, 'it gave no reason.'));
}

/** A server's own words go to clients and logs: short, and without what looks like a secret (P8). */
function shownOf(words: string): string {
  return redactSecrets(words.slice(0, 2_000)).slice(0, 300);
}

/** Whether only a modern server answers a probe like that. */
function isModern(reply: Reply): boolean {
  if (reply.kind !== 'answer') return false;
  const { answer } = reply;
  if (answer.result !== null) return isDiscovery(sliceOf(answer.text, answer.result));
  const error = parsedSpan(answer, answer.error);
  if (!isJsonObject(error)) return false;
  const { headerMismatch, missingCapability, unsupportedVersion } = WireErrorCode;
  if (error.code === headerMismatch || error.code === missingCapability) return true;
  if (error.code !== unsupportedVersion || !isJsonObject(error.data)) return false;
  const { supported } = error.data;
  return Array.isArray(supported) && supported.includes(MODERN_VERSION);
}

function probeParams({ opening }: SpeakModernOptions): string {
  const members = [
    `"${META_PROTOCOL_VERSION}":${JSON.stringify(opening.protocolVersion)}`,
    `"${META_CLIENT_INFO}":${clientInfo(opening)}`,
    `"${META_CLIENT_CAPABILITIES}":${opening.capabilitiesJson}`,
  ];
  return `{"_meta":{${members.join(',')}}}`;
}

function greet(first: Introduction, { opening }: SpeakModernOptions): Asked {
  const capabilities = objectWithout(opening.capabilitiesJson, ['extensions', 'tasks']);
  const members = [
    `"protocolVersion":"${LAST_LEGACY_VERSION}"`,
    `"capabilities":${capabilities}`,
    `"clientInfo":${clientInfo(opening)}`,
  ];
  return first.ask(Method.initialize, `{${members.join(',')}}`);
}

/** In the legacy era a client must have a name. */
function clientInfo({ clientInfoJson }: ModernOpening): string {
  const isNamed = isJsonObject(parseJson(clientInfoJson)) && memberText(clientInfoJson, 'name');
  return isNamed ? clientInfoJson : '{"name":"unknown","version":"0"}';
}
