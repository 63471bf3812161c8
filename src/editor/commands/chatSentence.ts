import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { isLive } from '../view/rowFacts.ts';

/**
 * What is put into the chat for the agent to go on with. Not translated: models read it. A tool's
 * name comes from its server, so only what names are made of goes in.
 */
export function chatSentenceOf(row: TaskRow): string {
  const tool = row.tool.replace(/[^\w.\-/]/g, '').slice(0, 60);
  const state = isLive(row) ? 'is still running' : 'has ended';
  return (
    `The background task ${row.handle} (\`${tool}\`) ${state}. ` +
    `Call task_poll {"handle":"${row.handle}"} to get its result, and go on with it.`
  );
}
