import * as vscode from 'vscode';
import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { type Disposable, DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { BrokerLink } from '../brokerLink.ts';
import { ImageFiles } from './imageFiles.ts';
import { imagesOf } from './resultImages.ts';
import { resultTextOf } from './resultText.ts';

/** A language of its own, so that results are wrapped and read like text (see package.json). */
const RESULT_LANGUAGE = 'mcpTaskResult';
const SCHEME = 'mcp-task-result';
const IMAGES_OPENED = 3;

/** Results as read-only documents. Nothing of one is kept here: a reload asks the broker again. */
export class ResultDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #images: ImageFiles;

  readonly onDidChange = this.#changed.event;

  constructor(private readonly link: BrokerLink) {
    this.#store.add(vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
    this.#images = this.#store.add(new ImageFiles(link));
  }

  async show(row: TaskRow): Promise<void> {
    const uri = uriOf(row);
    // The document may be open since the task was still running.
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, RESULT_LANGUAGE);
    await vscode.window.showTextDocument(document, { preview: true });
    await this.#showImages(row);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    try {
      const answer = await this.link.request('tasks/result', { id: uri.query });
      return answer === null
        ? vscode.l10n.t('The broker does not know this task any more: its time to live has passed.')
        : resultTextOf(answer);
    } catch (error) {
      return vscode.l10n.t('The result could not be read: {0}', messageOf(error));
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #showImages(row: TaskRow): Promise<void> {
    const answer = await this.link.request('tasks/result', { id: row.id });
    const images = imagesOf(answer?.resultJson ?? null).slice(0, IMAGES_OPENED);
    for (const [index, { extension }] of images.entries()) {
      await vscode.commands.executeCommand(
        'vscode.open',
        this.#images.uriOf({ id: row.id, index, extension }),
        { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: false },
      );
    }
  }
}

/** The path is the tab's title, so nothing in it may look like a folder. */
function uriOf(row: TaskRow): vscode.Uri {
  const tool = row.tool.replace(/[^\w.-]+/g, '_').slice(0, 40);
  const tail = (row.handle ?? row.id).slice(0, 9);
  return vscode.Uri.from({ scheme: SCHEME, path: `/${tool} ${tail}….txt`, query: row.id });
}
