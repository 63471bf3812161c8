import * as vscode from 'vscode';

/** A setting of ours by its name behind `mcpTaskHandles.`, as it is now. */
export function setting<T>(name: string): T | undefined {
  return vscode.workspace.getConfiguration('mcpTaskHandles').get<T>(name);
}
