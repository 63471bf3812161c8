import { userInfo } from 'node:os';
import type { ControlHello } from '../brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../common/errors.ts';
import type { Principal } from '../registry/auditTrail.ts';
import type { Door } from '../registry/taskRecord.ts';

/** Who asks over a control link, by the door that the request names, if it names one. */
export type PrincipalOf = (named?: unknown) => DoorPrincipal;

/** Somebody who came in by a door. */
export type DoorPrincipal = Principal & { readonly door: Door };

/** An administrator's word is a file, and policy is the broker's own: no link speaks for them. */
const DOORS_OF_LINKS: readonly Door[] = ['agent', 'user', 'supervisor'];

/**
 * Who asks over a control link, as claimed (P8). A supervisor's link is a supervisor's, whatever its
 * request names; on others what is no door of theirs is a person's.
 */
export function controlPrincipal(
  named: unknown,
  { client, version, onBehalfOf }: ControlHello,
): DoorPrincipal {
  const claimed = client === 'supervisor' ? client : named;
  const door = DOORS_OF_LINKS.find((known) => known === claimed) ?? 'user';
  const who = onBehalfOf ?? { name: client, version };
  return { door, client: who, conversationId: null, user: userName() };
}

/** What only a person may do: to lift the kill switch is never left to an agent (decision 22). */
export function assertPerson({ door }: Principal): void {
  if (door === 'user') return;
  const message = `Only a person accepts new work again, not by the door "${door}"; ask the user.`;
  throw new TaskHandlesError('not_supported', message);
}

/** Some containers run as a user without a name. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
