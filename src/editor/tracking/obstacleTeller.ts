import * as vscode from 'vscode';
import type { Obstacle, Waiting } from './activeRoute.ts';
import { visibleInNotice } from './consentText.ts';
import { openPlace } from './openPlace.ts';
import type { TrackingContext } from './trackingContext.ts';

interface Told {
  readonly message: string;
  readonly button: string;
  readonly act: () => Promise<void>;
}

/** Tells once why a tracked server is not ready, with the way out; again only when it is back and gone. */
export class ObstacleTeller {
  #told = new Set<string>();

  constructor(private readonly context: TrackingContext) {}

  tell(waiting: readonly Waiting[]): void {
    const before = this.#told;
    this.#told = new Set();
    for (const told of allToldOf(waiting, this.context)) {
      this.#told.add(told.message);
      if (before.has(told.message)) continue;
      this.context.log.write('warn', told.message);
      void offer(told);
    }
  }
}

async function offer({ message, button, act }: Told): Promise<void> {
  const answer = await vscode.window.showWarningMessage(message, button);
  if (answer === button) await act();
}

/** One for all that have vanished: another branch of the repository takes away many at once. */
function allToldOf(waiting: readonly Waiting[], context: TrackingContext): Told[] {
  const gone = waiting.filter(({ obstacle }) => obstacle.kind === 'vanished');
  return [
    ...(gone.length > 0 ? [vanished(gone, context)] : []),
    ...waiting.flatMap(({ tracked, obstacle }) =>
      obstacle.kind === 'vanished' ? [] : toldOf(visibleInNotice(tracked.name), obstacle, context),
    ),
  ];
}

function vanished(gone: readonly Waiting[], { tracked, keeper }: TrackingContext): Told {
  const names = gone.map((one) => `\`${visibleInNotice(one.tracked.name)}\``);
  return {
    message:
      names.length === 1
        ? vscode.l10n.t('{0} is no longer where it was tracked, so it is off.', names.join())
        : vscode.l10n.t(
            '{0} are no longer where they were tracked, so they are off.',
            names.join(', '),
          ),
    button: vscode.l10n.t('Untrack'),
    act: async () => {
      for (const one of gone) await tracked.remove(one.tracked.route);
      await keeper.look();
    },
  };
}

function toldOf(
  name: string,
  obstacle: Exclude<Obstacle, { kind: 'vanished' }>,
  context: TrackingContext,
): Told {
  switch (obstacle.kind) {
    case 'unreadable':
      return {
        message: vscode.l10n.t(
          '{0} Until then `{1}` stays as it was.',
          visibleInNotice(obstacle.place.problem),
          name,
        ),
        button: vscode.l10n.t('Open'),
        act: () => openPlace({ path: obstacle.place.path, source: obstacle.place.source }),
      };
    case 'problem':
      return {
        message: vscode.l10n.t(
          '{0}: server `{1}`: {2}',
          obstacle.found.label,
          name,
          visibleInNotice(obstacle.problem),
        ),
        button: vscode.l10n.t('Open'),
        act: () => openPlace(obstacle.found),
      };
    default:
      return ask(name, obstacle, context);
  }
}

function ask(
  name: string,
  { kind, found }: Extract<Obstacle, { kind: 'consent' | 'input' }>,
  { consent, answers, keeper }: TrackingContext,
): Told {
  const act = async () => {
    if ((await consent.ask(found)) && (await answers.complete(found))) await keeper.look();
  };
  if (kind === 'input') {
    const message = vscode.l10n.t('`{0}` needs an answer from you before it can start.', name);
    return { message, button: vscode.l10n.t('Answer…'), act };
  }
  const message =
    found.server.kind === 'remote'
      ? vscode.l10n.t(
          'The address of `{0}` in {1} is new or has changed: it is used only after you agree.',
          name,
          found.label,
        )
      : vscode.l10n.t(
          'The command of `{0}` in {1} is new or has changed: it starts only after you agree.',
          name,
          found.label,
        );
  return { message, button: vscode.l10n.t('Review…'), act };
}
