import * as vscode from 'vscode';
import { TaskHandlesError } from '../../common/errors.ts';
import type { BrokerLink } from '../brokerLink.ts';
import { isLive } from '../view/rowFacts.ts';
import type { CommandContext } from './commandContext.ts';

/** Ends the broker, and with it what it runs; the link starts another at once. */
export async function restartBroker(context: CommandContext): Promise<void> {
  const { link, model, told } = context;
  if (link.state !== 'connected') {
    link.retryNow();
    await link.whenConnected();
    return;
  }
  const live = model.all().flatMap(({ row }) => (isLive(row) ? [row.id] : []));
  if (live.length > 0 && !(await isAgreed(live.length))) return;
  told.add(live);
  await stopBroker(link);
}

/** It may be gone before its answer is here. */
async function stopBroker(link: BrokerLink): Promise<void> {
  try {
    await link.request('broker/stop', { drain: false });
  } catch (error) {
    if (!TaskHandlesError.is(error, 'link_lost')) throw error;
  }
}

async function isAgreed(count: number): Promise<boolean> {
  const restart = vscode.l10n.t('Restart Broker');
  const answer = await vscode.window.showWarningMessage(
    count === 1
      ? vscode.l10n.t('1 agent task is running.')
      : vscode.l10n.t('{0} agent tasks are running.', count),
    {
      modal: true,
      detail: vscode.l10n.t(
        'A restart ends them, in every window, without a result. Nothing runs them again.',
      ),
    },
    restart,
  );
  return answer === restart;
}
