import { parseWorkScope, type WorkScope } from '../../brokerApi/workRefusal.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import { type JsonObject, stringOr } from '../../common/json.ts';
import type { ControlConnection } from '../controlConnection.ts';
import { assertPerson, type PrincipalOf } from '../controlPrincipal.ts';
import type { KillSwitch } from '../ending/killSwitch.ts';
import type { WorkRefusals } from './workRefusals.ts';

export interface WorkDesk {
  readonly killSwitch: KillSwitch;
  readonly refusals: WorkRefusals;
  readonly principal: PrincipalOf;
}

/** Registers the kill switch's methods: refuse and end all of a scope, accept again, watch (P7). */
export function handleWorkRequests(
  connection: Pick<ControlConnection, 'handle' | 'notify' | 'onClose'>,
  desk: WorkDesk,
): void {
  const { killSwitch, refusals, principal } = desk;
  connection.handle('tasks/revokeAll', async (params) => {
    const by = principal(params.door);
    const note = stringOr(params.note, null);
    const scope = scopeOf(params);
    return await killSwitch.revokeAll({ scope, door: by.door, note, principal: by });
  });
  connection.handle('work/accept', async (params) => {
    const by = principal(params.door);
    assertPerson(by);
    return { lifted: await refusals.lift(stringOr(params.id, undefined), by) };
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
