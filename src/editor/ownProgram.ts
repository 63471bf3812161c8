import { join } from 'node:path';
import type * as vscode from 'vscode';

/** Where the programs of this very extension are. */
export function distFolderOf(context: vscode.ExtensionContext): string {
  return join(context.extensionPath, 'dist');
}

/** Loads another bundle of this extension; what it exports is known by its entry. */
export function ownProgram<T>(context: vscode.ExtensionContext, name: string): T {
  return require(join(distFolderOf(context), name)) as T;
}
