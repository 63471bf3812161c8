import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';

/** Tells when something may have changed that servers are read from. */
export function watchServers(userFolder: string, onChange: () => void): Disposable {
  const store = new DisposableStore();
  let watchers = store.add(new DisposableStore());
  const watch = () => {
    watchers.dispose();
    watchers = store.add(new DisposableStore());
    for (const pattern of patterns(userFolder)) {
      const watcher = watchers.add(vscode.workspace.createFileSystemWatcher(pattern));
      watchers.add(watcher.onDidChange(onChange));
      watchers.add(watcher.onDidCreate(onChange));
      watchers.add(watcher.onDidDelete(onChange));
    }
  };
  watch();
  store.add(
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      watch();
      onChange();
    }),
  );
  // What an `envFile` is called is up to people; most say it.
  store.add(
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (/env/i.test(basename(uri.path))) onChange();
    }),
  );
  // Any setting may be meant by a `${config:…}`.
  store.add(vscode.workspace.onDidChangeConfiguration(onChange));
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(onChange));
  return store;
}

function patterns(userFolder: string): vscode.RelativePattern[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [
    ...folders.flatMap((folder) =>
      ['.vscode/mcp.json', '.mcp.json'].map((file) => new vscode.RelativePattern(folder, file)),
    ),
    new vscode.RelativePattern(vscode.Uri.file(userFolder), 'mcp.json'),
  ];
}
