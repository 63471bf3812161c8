import { join } from 'node:path';
import { packExtension } from './packExtension.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Packs the extension and the scripted agent; the environment says where they are. */
export async function packForTests(): Promise<{ TH_VSIX: string; TH_AGENT_VSIX: string }> {
  const extension = join(ROOT, 'out/vsix/mcp-task-handles.vsix');
  const agent = join(ROOT, 'out/vsix/chat-agent.vsix');
  await packExtension(ROOT, extension);
  await packExtension(join(ROOT, 'test/fixtures/chatAgent'), agent);
  return { TH_VSIX: extension, TH_AGENT_VSIX: agent };
}
