import { memberOf } from '../../../common/jsonSpans.ts';
import type { HandleId } from '../../../registry/taskRecord.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { META_CALL } from '../../wire/mcpNames.ts';
import { isEmptyObject, withMemberFor, withoutMember } from '../../wire/members.ts';
import { META_RELATED_TASK } from '../../wire/taskNames.ts';
import type { WireMessage } from '../../wire/wireMessage.ts';
import { ToolCall } from '../toolCall.ts';

/**
 * A server's request as the host gets it: where the task layer has noted of which call it is, a
 * client with tasks reads of which task (2025-11-25), and others nothing.
 */
export function withRelatedTask(message: WireMessage, upstream: Upstream | null): string {
  const { text, params } = message;
  const meta = message.id === null ? null : message.param('_meta');
  if (params === null || meta === null || message.meta(META_CALL) === null) return text;
  const taskId = taskOf(message, upstream);
  if (taskId !== null) {
    const member = `"${META_RELATED_TASK}":${JSON.stringify({ taskId })}`;
    return withMemberFor(text, meta, [META_CALL, member]);
  }
  const shorter = withoutMember(text, meta, META_CALL);
  const rest = memberOf(shorter, params, '_meta');
  const isEmpty = rest !== null && isEmptyObject(shorter, rest);
  return isEmpty ? withoutMember(shorter, params, '_meta') : shorter;
}

function taskOf(message: WireMessage, upstream: Upstream | null): HandleId | null {
  const call = upstream?.askedFor(message);
  return call instanceof ToolCall && call.form === 'legacyTask' ? call.handle : null;
}
