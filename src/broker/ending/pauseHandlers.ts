import type { TaskRow } from '../../brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../../common/errors.ts';
import type { JsonObject } from '../../common/json.ts';
import type { LiveCalls } from '../../proxy/downstream/liveCalls.ts';
import { pauseRefusal } from '../../proxy/downstream/pauseRefusal.ts';
import type { PauseAnswer, PauseRequest, Pausing } from '../../proxy/pausing.ts';
import type { ControlConnection } from '../controlConnection.ts';
import type { PrincipalOf } from '../controlPrincipal.ts';
import { requiredText } from '../requiredText.ts';
import type { TaskRows } from '../taskRows.ts';

export interface PauseDesk {
  readonly pausing: Pausing;
  readonly calls: LiveCalls;
  readonly rows: TaskRows;
  readonly principal: PrincipalOf;
}

/** `tasks/pause` and `tasks/resume`: for people, and for whoever speaks for them (P9). */
export function handlePauseRequests(
  connection: Pick<ControlConnection, 'handle'>,
  desk: PauseDesk,
): void {
  const { pausing } = desk;
  connection.handle('tasks/pause', async (params) => {
    const id = await handedOff(desk, requiredText(params, 'id'));
    return {
      row: await answered(desk, id, (to) => pausing.pause({ ...to, ...whoOf(desk, params) })),
    };
  });
  connection.handle('tasks/resume', async (params) => {
    const id = requiredText(params, 'id');
    return {
      row: await answered(desk, id, (to) => pausing.resume({ ...to, ...whoOf(desk, params) })),
    };
  });
}

/** Only what has a handle can be resumed: a call that is no task yet becomes one first. */
async function handedOff({ calls }: PauseDesk, id: string): Promise<string> {
  const call = calls.get(id);
  if (call === undefined || call.handle !== null) return call?.handle ?? id;
  const refusal = pauseRefusal(call, calls);
  if (refusal !== null) throw notSupported(refusal);
  await call.handOff();
  if (call.handle === null && calls.get(id) !== undefined) throw noHandle();
  return call.handle ?? id;
}

/** The row as it is then. What is archived has ended; what is unknown has no row. */
async function answered(
  { rows }: PauseDesk,
  id: string,
  ask: (to: Pick<PauseRequest, 'handle'>) => Promise<PauseAnswer>,
): Promise<TaskRow | null> {
  const known = rows.recordOf(id);
  if (known === undefined) return await rows.find(id);
  const { record, refusal } = await ask({ handle: known.handle });
  if (refusal !== null) throw notSupported(refusal);
  return rows.ofTask(record);
}

function whoOf({ principal }: PauseDesk, params: JsonObject): Omit<PauseRequest, 'handle'> {
  const by = principal(params.door);
  return { door: by.door, principal: by };
}

function noHandle(): TaskHandlesError {
  const message = 'Its handle could not be recorded, so it was not paused; free space on the disk.';
  return new TaskHandlesError('store_failed', message);
}

function notSupported(why: string): TaskHandlesError {
  return new TaskHandlesError('not_supported', why);
}
