import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';

const EXTENSION = 'mcp-task-handles.mcp-task-handles';

suite('activation', () => {
  test('activates and registers every command it contributes', async () => {
    const extension = vscode.extensions.getExtension(EXTENSION);
    assert.ok(extension, 'the extension is installed');
    await extension.activate();
    const known = await vscode.commands.getCommands(true);
    const contributed: { command: string }[] = extension.packageJSON.contributes.commands;
    const missing = contributed.filter(({ command }) => !known.includes(command));
    assert.deepEqual(missing, []);
  });
});
