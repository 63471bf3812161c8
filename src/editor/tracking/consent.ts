import * as vscode from 'vscode';
import { entryHash } from '../../hostConfigs/entryHash.ts';
import { consentDetail, originOf, visible } from './consentText.ts';
import type { TrackableServer } from './foundServer.ts';
import type { Memory } from './trackedServers.ts';

const KEY = 'mcpTaskHandles.consents';

/** Remembers, per workspace, which commands of the workspace a person has agreed to. */
export class Consent {
  constructor(private readonly memory: Memory) {}

  has(found: TrackableServer): boolean {
    return !found.needsConsent || this.#agreed().includes(hashOf(found));
  }

  /** Shows the very command, and remembers a yes. */
  async ask(found: TrackableServer): Promise<boolean> {
    if (this.has(found)) return true;
    const allow = vscode.l10n.t('Allow and Track');
    const message = questionOf(found);
    const detail = await consentDetail(found);
    const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, allow);
    if (answer !== allow) return false;
    await this.memory.update(KEY, [...this.#agreed(), hashOf(found)]);
    return true;
  }

  /** Untracked: the next time it is asked again. */
  async withdraw(found: TrackableServer): Promise<void> {
    const rest = this.#agreed().filter((hash) => hash !== hashOf(found));
    await this.memory.update(KEY, rest);
  }

  #agreed(): string[] {
    const stored = this.memory.get(KEY);
    return Array.isArray(stored) ? stored.filter((hash) => typeof hash === 'string') : [];
  }
}

function questionOf({ name, server }: TrackableServer): string {
  if (server.kind === 'stdio') {
    return vscode.l10n.t('Start `{0}` on this machine whenever an agent needs it?', visible(name));
  }
  return vscode.l10n.t(
    'Connect to `{0}` at {1} whenever an agent needs it?',
    visible(name),
    originOf(server.entry),
  );
}

function hashOf({ server, inputs }: TrackableServer): string {
  return entryHash(server.entry, inputs);
}
