import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { packForTests } from '../../../scripts/packaging/packForTests.ts';
import { AgentTasksView } from './agentTasksView.ts';
import { ChatView } from './chatView.ts';
import { type EditorWindow, openWindow } from './openWindow.ts';
import { writeMcpJson } from './publishedServers.ts';
import { type Editor, startEditor } from './startEditor.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** A person in front of a window. */
export interface Person {
  readonly window: EditorWindow;
  readonly page: Page;
  readonly view: AgentTasksView;
  readonly chat: ChatView;
}

export interface UiStage {
  readonly editor: Editor;
  /** Opens one more window on the workspace. */
  sitDown(): Promise<Person>;
}

export interface UiOptions {
  readonly servers?: object;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** The runner packs once for all specs; a spec that runs alone packs for itself. */
async function vsixFiles(): Promise<string[]> {
  const { TH_VSIX, TH_AGENT_VSIX } = process.env;
  if (TH_VSIX && TH_AGENT_VSIX) return [TH_VSIX, TH_AGENT_VSIX];
  return Object.values(await packForTests());
}

/** A VS Code with our extension, gone with the test; its last pictures stay in out/ui. */
export async function startUi(t: TestContext, options: UiOptions = {}): Promise<UiStage> {
  const workspace = await mkdtemp(join(tmpdir(), 'th-ui-'));
  await writeMcpJson(workspace, options.servers ?? {});
  const transcript = `${workspace}.jsonl`;
  const editor = await startEditor({
    workspace,
    vsix: await vsixFiles(),
    env: { CHAT_AGENT_TRANSCRIPT: transcript },
    settings: { 'mcpTaskHandles.handOffAfterMs': 1000, ...options.settings },
  });
  const pages: Page[] = [];
  t.after(async () => {
    await takePictures(t.name, pages);
    await editor.stop();
    await rm(workspace, { recursive: true, force: true });
    await rm(transcript, { force: true });
  });
  return {
    editor,
    async sitDown() {
      const window = await openWindow(editor);
      const { page } = window;
      pages.push(page);
      return { window, page, view: new AgentTasksView(page), chat: new ChatView(page, transcript) };
    },
  };
}

async function takePictures(name: string, pages: readonly Page[]): Promise<void> {
  for (const [index, page] of pages.entries()) {
    const file = `${name.replaceAll(/\W+/g, '-')}-${index + 1}.png`;
    await page.screenshot({ path: join(ROOT, 'out/ui', file) }).catch(() => {});
  }
}
