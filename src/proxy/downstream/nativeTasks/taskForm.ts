import { isJsonObject, parseJson } from '../../../common/json.ts';
import {
  mayRunNatively,
  type NativeTasks,
  type ResolvedPolicy,
  type RoutePolicy,
} from '../../../registry/policy.ts';
import { isModern, takesTasks } from '../../wire/envelopes.ts';
import { WireError, WireErrorCode } from '../../wire/jsonRpc.ts';
import { TASKS_EXTENSION } from '../../wire/mcpNames.ts';
import { paramOf, stringParamOf, type WireMessage } from '../../wire/wireMessage.ts';

/**
 * How a call is told that it has become a task: by a tool result that a model reads (D0, D2), by a
 * CreateTaskResult of 2025-11-25 (D1), or by one of the extension (D3).
 */
export type TaskForm = 'toolResult' | 'legacyTask' | 'modernTask';

/** The first revision whose clients know of `capabilities.tasks`. */
const FIRST_WITH_TASKS = '2025-11-25';

/** Whether an `initialize` with this result (JSON text) offers tasks of ours to the client. */
export function offersTasks(resultText: string, policy: RoutePolicy): boolean {
  if (!mayRunNatively(policy)) return false;
  const result = parseJson(resultText);
  if (!isJsonObject(result) || !isJsonObject(result.capabilities)) return false;
  const { protocolVersion, capabilities } = result;
  if (typeof protocolVersion !== 'string' || capabilities.tools === undefined) return false;
  return protocolVersion >= FIRST_WITH_TASKS;
}

/**
 * The form that a call gets, decided from its own message (protocol.md 1.5); the specification's
 * error where it asks for a task that is not allowed, or must and does not.
 */
export function taskFormOf(
  message: WireMessage,
  support: NativeTasks,
  { isOffered }: { readonly isOffered: boolean },
): TaskForm | WireError {
  if (isModern(message)) return modernFormOf(message, support);
  if (isOffered && message.param('task') !== null) return askedFormOf(message, support);
  if (support !== 'required') return 'toolResult';
  return refusal(message, 'runs as a task only: call it with `task`');
}

/** What a client is told that must declare the extension and does not (2026-07-28). */
export function missingExtension(): WireError {
  const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
  return new WireError(
    WireErrorCode.missingCapability,
    `Missing required client capability: declare the extension ${TASKS_EXTENSION}.`,
    { requiredCapabilities },
  );
}

/** A call that is a task from the start, whatever the policy says of waiting. */
export function policyFor(form: TaskForm, policy: ResolvedPolicy): ResolvedPolicy {
  const isTaskAtOnce =
    form === 'legacyTask' || (form === 'modernTask' && policy.nativeTasks === 'required');
  return isTaskAtOnce && policy.policy === 'auto' ? { ...policy, policy: 'always' } : policy;
}

function modernFormOf(message: WireMessage, support: NativeTasks): TaskForm | WireError {
  if (takesTasks(message)) return 'modernTask';
  return support === 'required' ? missingExtension() : 'toolResult';
}

/** The ttl that is asked for is a wish: results are kept as long as the person has set. */
function askedFormOf(message: WireMessage, support: NativeTasks): TaskForm | WireError {
  if (support === 'never') return refusal(message, 'cannot run as a task: call it without `task`');
  const task = paramOf(message, 'task');
  if (isJsonObject(task) && isWishedTtl(task.ttl)) return 'legacyTask';
  return new WireError(
    WireErrorCode.invalidParams,
    '`task` must be an object; its `ttl`, if given, a number of milliseconds or null.',
  );
}

function isWishedTtl(ttl: unknown): boolean {
  return ttl === undefined || ttl === null || (typeof ttl === 'number' && ttl >= 0);
}

function refusal(message: WireMessage, what: string): WireError {
  const tool = stringParamOf(message, 'name') ?? '';
  return new WireError(WireErrorCode.methodNotFound, `\`${tool}\` ${what}.`);
}
