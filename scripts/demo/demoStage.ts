import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { AgentTasksView } from '../../test/support/editorHost/agentTasksView.ts';
import { ChatView } from '../../test/support/editorHost/chatView.ts';
import { openWindow } from '../../test/support/editorHost/openWindow.ts';
import { PUBLISHED_SERVERS, writeMcpJson } from '../../test/support/editorHost/publishedServers.ts';
import { startEditor } from '../../test/support/editorHost/startEditor.ts';
import { packForTests } from '../packaging/packForTests.ts';
import { DemoReport } from './demoReport.ts';
import { openDesktop } from './openDesktop.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Each call of it has a server process of its own: it can be paused. */
const ISOLATED_TOOL = 'trigger-long-running-operation';
const OUTPUT = join(ROOT, 'out/demo');

/** A VS Code with our extension, and somebody in front of it. */
export interface DemoHost {
  readonly page: Page;
  readonly home: string;
  /** How it was opened, for the report. */
  readonly what: string;
  end(): Promise<void>;
  /** Lets VS Code run on; tells how to reach and end it. */
  keep(): Promise<string>;
}

export interface HostOptions {
  readonly workspace: string;
  readonly vsix: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What the scenes play on. */
export interface DemoStage {
  readonly host: DemoHost;
  readonly page: Page;
  readonly view: AgentTasksView;
  readonly chat: ChatView;
  readonly report: DemoReport;
  /** Takes the next picture. */
  shot(name: string): Promise<void>;
}

async function openBrowser(options: HostOptions): Promise<DemoHost> {
  const editor = await startEditor(options);
  try {
    const window = await openWindow(editor);
    return {
      page: window.page,
      home: editor.home,
      what: "VS Code's server build in Chromium",
      end: async () => {
        await window.close();
        await editor.stop();
      },
      keep: async () => {
        await window.close();
        editor.keep();
        return `VS Code runs on at ${editor.url}\nEnd it with: kill ${editor.pid} (its broker follows); its files are in ${editor.folder}`;
      },
    };
  } catch (error) {
    await editor.stop();
    throw error;
  }
}

async function makeWorkspace(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'task-handles-demo-'));
  const workspace = join(folder, 'demo-project');
  await writeMcpJson(workspace, PUBLISHED_SERVERS);
  return workspace;
}

/** Opens the stage; `play` has it until it ends, however it ends. */
export async function withStage(
  { isDesktop, isKept }: { isDesktop: boolean; isKept: boolean },
  play: (stage: DemoStage) => Promise<void>,
): Promise<void> {
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  const { TH_VSIX, TH_AGENT_VSIX } = await packForTests();
  const workspace = await makeWorkspace();
  const transcript = join(OUTPUT, 'agent.jsonl');
  const open = isDesktop ? openDesktop : openBrowser;
  const host = await open({
    workspace,
    vsix: [TH_VSIX, TH_AGENT_VSIX],
    env: { CHAT_AGENT_TRANSCRIPT: transcript },
    // Ten seconds are right for work and long for an onlooker.
    settings: {
      'mcpTaskHandles.handOffAfterMs': 3000,
      'mcpTaskHandles.tools': { [ISOLATED_TOOL]: { isolation: 'perCall' } },
    },
  });
  const report = new DemoReport(OUTPUT, transcript, host.what);
  try {
    await play(stageOf(host, report, transcript));
  } catch (error) {
    await host.page.screenshot({ path: join(OUTPUT, '99-failed.png') }).catch(() => {});
    report.fail(error);
    throw error;
  } finally {
    await report.write();
    if (isKept) console.log(await host.keep());
    else await host.end();
    if (!isKept) await rm(join(workspace, '..'), { recursive: true, force: true });
  }
}

function stageOf(host: DemoHost, report: DemoReport, transcript: string): DemoStage {
  const { page } = host;
  let shots = 0;
  return {
    host,
    page,
    report,
    view: new AgentTasksView(page),
    chat: new ChatView(page, transcript),
    async shot(name) {
      shots += 1;
      const file = `${String(shots).padStart(2, '0')}-${name}.png`;
      await page.screenshot({ path: join(OUTPUT, file) });
      report.picture(file);
    },
  };
}
