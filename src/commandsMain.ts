/** The entry of `commands.js`, which the extension loads after its activation (decision 4). */
import * as vscode from 'vscode';
import { useTranslation } from './editor/l10n.ts';

export { commandTable } from './editor/commands/commandTable.ts';

// A bundle has its own copy of every module.
useTranslation(vscode.l10n.t);
