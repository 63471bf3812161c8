import type { ClientFacts, RemoteWork } from '../../../registry/taskRecord.ts';
import {
  META_CLIENT_CAPABILITIES,
  META_CLIENT_INFO,
  META_PROTOCOL_VERSION,
} from '../../wire/mcpNames.ts';
import { readMessage, type WireMessage } from '../../wire/wireMessage.ts';

/**
 * A request of ours that never reaches a server: `{taskId}` makes the task layer wait for a task of
 * an earlier connection; the answer is that of the `tools/call` which had made it.
 */
export const RESUME_METHOD = 'mcp-task-handles/resume';

/** That request, for work that has a task id; `client` had asked for it. */
export function resumeRequest(remote: RemoteWork, client: ClientFacts): WireMessage | null {
  const envelope = {
    [META_PROTOCOL_VERSION]: remote.protocolVersion,
    [META_CLIENT_INFO]: { name: client.name, version: client.version },
    [META_CLIENT_CAPABILITIES]: {},
  };
  const _meta = remote.era === 'modern' ? envelope : {};
  // How often the server wants to be asked is not known yet; the first time is soon.
  const params = { taskId: remote.taskId, pollInterval: 0, _meta };
  return readMessage(JSON.stringify({ jsonrpc: '2.0', id: 0, method: RESUME_METHOD, params }));
}
