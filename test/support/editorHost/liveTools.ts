import * as vscode from 'vscode';
import { until } from './until.ts';

const START = 'workbench.mcp.startServer';

/** Starts every server that the editor knows, those that are new included. */
export async function startServers(): Promise<void> {
  await vscode.commands.executeCommand(START, '*', {
    promptType: 'all-untrusted',
    autoTrustChanges: true,
    waitForLiveTools: true,
  });
}

/** Live tools of MCP servers whose names end so; the editor cuts and numbers what stands before. */
export function toolsNamed(end: string): vscode.LanguageModelToolInformation[] {
  return vscode.lm.tools.filter(({ name }) => name.startsWith('mcp_') && name.endsWith(end));
}

export async function toolNamed(end: string): Promise<vscode.LanguageModelToolInformation> {
  const find = async () => {
    await startServers();
    return toolsNamed(end)[0];
  };
  return until(find, { what: `the tool ${end}`, everyMs: 500 });
}

/** What a tool that only reads answers: the editor asks nobody before, and in a test nobody is there. */
export async function answerOf(tool: vscode.LanguageModelToolInformation): Promise<string> {
  const { content } = await vscode.lm.invokeTool(tool.name, {
    input: {},
    toolInvocationToken: undefined,
  });
  return content.map((part) => JSON.stringify(part)).join('');
}

/** With it on the editor asks once whether that is meant, and a test cannot answer dialogs. */
export async function approveEverything(value: unknown): Promise<void> {
  const chat = vscode.workspace.getConfiguration('chat.tools.global');
  await chat.update('autoApprove', value, vscode.ConfigurationTarget.Global);
}
