import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import type { BrokerLink } from '../brokerLink.ts';
import { imagesOf } from './resultImages.ts';

const SCHEME = 'mcp-task-image';

export interface ImageName {
  readonly id: string;
  readonly index: number;
  readonly extension: string;
}

/** The pictures of results as files that can be read and nothing else, for the editor's preview. */
export class ImageFiles implements vscode.FileSystemProvider, Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());

  readonly onDidChangeFile = this.#changed.event;

  constructor(private readonly link: BrokerLink) {
    this.#store.add(
      vscode.workspace.registerFileSystemProvider(SCHEME, this, { isReadonly: true }),
    );
  }

  uriOf({ id, index, extension }: ImageName): vscode.Uri {
    const path = `/image ${index + 1}.${extension}`;
    return vscode.Uri.from({ scheme: SCHEME, path, query: `${index}:${id}` });
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const [, index = '', id = ''] = /^(\d+):(.*)$/s.exec(uri.query) ?? [];
    const answer = await this.link.request('tasks/result', { id });
    const image = imagesOf(answer?.resultJson ?? null)[Number(index)];
    if (image === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return image.bytes;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { length } = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: length };
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
