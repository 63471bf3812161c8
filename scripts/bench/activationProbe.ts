import { appendFileSync } from 'node:fs';
import * as vscode from 'vscode';

const EXTENSION = 'mcp-task-handles.mcp-task-handles';

/** Runs in the extension host: writes down how long `activate()` has taken there. */
export async function run(): Promise<void> {
  const api = await vscode.extensions.getExtension(EXTENSION)?.activate();
  appendFileSync(process.env.TH_ACTIVATIONS ?? '', `${api?.activationMs}\n`);
}
