import { l10n } from '../l10n.ts';

export interface ViewFacts {
  readonly linkState: 'connecting' | 'connected' | 'unreachable';
  readonly lastError: string;
  /** There are rows, none of them this window's. */
  readonly hasOnlyOthers: boolean;
  /** There is no row at all: the welcome is shown, unless there is a message. */
  readonly isEmpty: boolean;
  /** That new work is refused, and what to do; empty where none is. */
  readonly refused: string;
  /** That an administrator has locked something; empty where none has. */
  readonly locked: string;
}

/** What stands above the rows; `undefined`: as before, until the link has been decided. */
export function viewMessageOf(facts: ViewFacts): string | undefined {
  const { linkState, lastError, hasOnlyOthers } = facts;
  if (linkState === 'unreachable') {
    return l10n.t(
      'The broker is not reachable, trying again: {0} What to do: “Show Log” or “Restart Broker” in the ⋯ menu of this view.',
      lastError,
    );
  }
  if (linkState !== 'connected') return undefined;
  // Where there is no row at all, another window's included, the welcome says these.
  if (facts.isEmpty) return '';
  if (facts.refused !== '') return facts.refused;
  if (hasOnlyOthers) {
    return l10n.t('No agent task of this window yet. The + above tracks its MCP servers.');
  }
  return facts.locked;
}
