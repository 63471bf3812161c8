import * as vscode from 'vscode';
import { withoutIcons } from '../view/plainText.ts';

const SHOWN_MS = 6_000;

/** One line on what a command did, in the status bar for a while. */
export function tell(text: string): void {
  vscode.window.setStatusBarMessage(withoutIcons(text), SHOWN_MS);
}
