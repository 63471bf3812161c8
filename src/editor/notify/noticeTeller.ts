import * as vscode from 'vscode';
import type { Notice } from '../../brokerApi/brokerProtocol.ts';
import type { Disposable } from '../../common/disposable.ts';
import type { BrokerLink } from '../brokerLink.ts';
import { noticeKey, noticeText } from './noticeText.ts';
import type { ToldIds } from './toldIds.ts';

export interface NoticeTellerParts {
  readonly link: BrokerLink;
  readonly told: ToldIds;
  readonly showLog: () => void;
}

/** Tells once what the broker wants people to know, such as records that were damaged. */
export class NoticeTeller implements Disposable {
  readonly #subscription: Disposable;

  constructor(private readonly parts: NoticeTellerParts) {
    this.#subscription = parts.link.news.onDidNotice((notices) => this.#hear(notices));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #hear(notices: readonly Notice[]): void {
    const { told } = this.parts;
    const keys = new Set(notices.map(noticeKey));
    told.keepOnly((key) => keys.has(key));
    const news = notices.filter((notice) => !told.has(noticeKey(notice)));
    if (news.length === 0) return;
    told.add(news.map(noticeKey));
    void this.#show(news);
  }

  async #show(news: readonly Notice[]): Promise<void> {
    const text = noticeText(news);
    if (text === undefined) return;
    const log = vscode.l10n.t('Show Log');
    if ((await vscode.window.showWarningMessage(text, log)) === log) this.parts.showLog();
  }
}
