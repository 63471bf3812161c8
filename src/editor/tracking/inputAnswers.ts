import * as vscode from 'vscode';
import { inputsOf } from '../../hostConfigs/entryHash.ts';
import type { InputDefinition } from '../../hostConfigs/serverEntry.ts';
import { visible, visibleInNotice } from './consentText.ts';
import type { TrackableServer } from './foundServer.ts';

/** What a person has answered to the inputs of servers: asked once, kept in the secret storage. */
export class InputAnswers {
  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly workspaceId: string | null,
  ) {}

  async get(found: TrackableServer, id: string): Promise<string | undefined> {
    return this.secrets.get(this.#keyOf(found, id));
  }

  /** Asks for what has no answer yet; false when the person would not say. */
  async complete(found: TrackableServer): Promise<boolean> {
    for (const id of inputsOf(found.server.entry)) {
      const input = found.inputs.find((one) => one.id === id);
      // An input that nobody defined is told when the server is resolved.
      if (input === undefined || (await this.get(found, id)) !== undefined) continue;
      const answer = await ask(input, found.name);
      if (answer === undefined) return false;
      await this.secrets.store(this.#keyOf(found, id), answer);
    }
    return true;
  }

  async lacks(found: TrackableServer): Promise<boolean> {
    for (const id of inputsOf(found.server.entry)) {
      const isDefined = found.inputs.some((one) => one.id === id);
      if (isDefined && (await this.get(found, id)) === undefined) return true;
    }
    return false;
  }

  /** The next time these are asked again, but for what others still use. */
  async forget(found: TrackableServer, stillUsed: ReadonlySet<string>): Promise<void> {
    for (const id of inputsOf(found.server.entry)) {
      if (!stillUsed.has(id)) await this.secrets.delete(this.#keyOf(found, id));
    }
  }

  #keyOf({ source }: TrackableServer, id: string): string {
    return JSON.stringify(['input', this.workspaceId, source.kind, source.folder, id]);
  }
}

async function ask(input: InputDefinition, server: string): Promise<string | undefined> {
  const title = vscode.l10n.t('Input for `{0}`', visible(server));
  // Drawn with links, and the workspace wrote it.
  const description = visibleInNotice(input.description);
  if (input.type === 'command') {
    const answer: unknown = await vscode.commands.executeCommand(input.command, input.args);
    return typeof answer === 'string' ? answer : undefined;
  }
  if (input.type === 'pickString') {
    const items = input.options.map(({ label, value }) => ({
      label,
      value,
      ...(value === input.default && { description: vscode.l10n.t('default') }),
    }));
    const options = { title, placeHolder: description, ignoreFocusOut: true };
    return (await vscode.window.showQuickPick(items, options))?.value;
  }
  return vscode.window.showInputBox({
    title,
    prompt: description,
    value: input.default,
    password: input.password,
    ignoreFocusOut: true,
  });
}
