import { userInfo } from 'node:os';
import type { ControlHello } from '../brokerApi/brokerProtocol.ts';
import type { Principal } from '../registry/auditTrail.ts';
import type { Door } from '../registry/taskRecord.ts';

/** Who asks over a control link, as claimed (P8). */
export function controlPrincipal(
  door: Door,
  { client, version, onBehalfOf }: ControlHello,
): Principal {
  const who = onBehalfOf ?? { name: client, version };
  return { door, client: who, conversationId: null, user: userName() };
}

const DOORS: readonly Door[] = ['agent', 'user', 'supervisor', 'admin', 'policy'];

/** The door that a request names; what is none is a person's. */
export function doorOf(value: unknown): Door {
  return DOORS.find((known) => known === value) ?? 'user';
}

/** Some containers run as a user without a name. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}
