import { parseWorkScope, type WorkScope } from '../brokerApi/workRefusal.ts';
import { TaskHandlesError } from '../common/errors.ts';
import { type JsonObject, stringOr } from '../common/json.ts';
import type { Principal } from '../registry/auditTrail.ts';
import type { Door } from '../registry/taskRecord.ts';
import type { ControlConnection } from './controlConnection.ts';
import { doorOf } from './controlPrincipal.ts';
import type { KillSwitch } from './killSwitch.ts';
import type { WorkRefusals } from './workRefusals.ts';

export interface WorkDesk {
  readonly killSwitch: KillSwitch;
  readonly refusals: WorkRefusals;
  /** Who asks through this link, by the door it names. */
  readonly principal: (door: Door) => Principal;
}

/** Registers the kill switch's methods: refuse and end all of a scope, accept again, watch (P7). */
export function handleWorkRequests(connection: ControlConnection, desk: WorkDesk): void {
  const { killSwitch, refusals, principal } = desk;
  connection.handle('tasks/revokeAll', async (params) => {
    const door = doorOf(params.door);
    const note = stringOr(params.note, null);
    const scope = scopeOf(params);
    return await killSwitch.revokeAll({ scope, door, note, principal: principal(door) });
  });
  connection.handle('work/accept', async (params) => {
    const id = stringOr(params.id, undefined);
    return { lifted: await refusals.lift(id, principal(doorOf(params.door))) };
  });
  connection.handle('work/watch', () => {
    const changes = refusals.onDidChange(() => {
      connection.notify('work/changed', { refusals: refusals.all });
    });
    connection.onClose(() => changes.dispose());
    return { refusals: refusals.all };
  });
}

function scopeOf({ scope }: JsonObject): WorkScope {
  const parsed = scope === undefined ? { kind: 'everything' as const } : parseWorkScope(scope);
  if (parsed !== null) return parsed;
  throw new TaskHandlesError('invalid_message', '`scope` is none that is known; see WorkScope.');
}
