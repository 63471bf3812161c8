import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RevokeOutcome, RouteDefinition, TaskRow } from '../brokerApi/brokerProtocol.ts';
import type { Clock } from '../common/clock.ts';
import { TaskHandlesError } from '../common/errors.ts';
import { isJsonObject, type JsonObject, numberOr, stringOr } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import type { LiveCalls } from '../proxy/downstream/liveCalls.ts';
import type { Extension } from '../registry/deadlines.ts';
import { isHandleId } from '../registry/handleId.ts';
import { isDurationMs } from '../registry/policy.ts';
import type { Registry } from '../registry/registry.ts';
import { type HandleId, isTerminal } from '../registry/taskRecord.ts';
import { waitForEnd } from '../registry/waiting.ts';
import type { ControlConnection } from './controlConnection.ts';
import type { PrincipalOf } from './controlPrincipal.ts';
import type { DeadlineDesk } from './ending/deadlineDesk.ts';
import type { Revoker } from './ending/revoker.ts';
import { requiredText } from './requiredText.ts';
import type { RouteTable } from './routeTable.ts';
import type { RowFeed } from './rowFeed.ts';
import type { TaskRows } from './taskRows.ts';
import { parseDefinition, parsePolicy } from './wireDefinition.ts';

/** What control clients may ask of the broker. */
export interface ControlDesk {
  readonly registry: Registry;
  readonly calls: LiveCalls;
  readonly rows: TaskRows;
  readonly feed: RowFeed;
  readonly routes: RouteTable;
  readonly revoker: Revoker;
  readonly deadlines: DeadlineDesk;
  readonly clock: Clock;
  readonly log: Log;
  readonly principal: PrincipalOf;
  readonly attachWorkspace: (workspace: string, storagePath: string | null) => Promise<void>;
}

/** Rows in one answer of what is archived. */
const MAX_OLDER = 10_000;
/** Between portions of rows for a window that begins to watch. */
const PORTION_PAUSE_MS = 5;
const MAX_WAIT_MS = 24 * 3600 * 1000;

/** Registers every method that is about tasks and routes. Params are parsed here: they are wire. */
export function handleTaskRequests(connection: ControlConnection, desk: ControlDesk): void {
  handleSetup(connection, desk);
  handleReading(connection, desk);
  handleEnding(connection, desk);
}

function handleSetup(connection: ControlConnection, desk: ControlDesk): void {
  connection.handle('workspace/attach', async (params) => {
    await desk.attachWorkspace(
      requiredText(params, 'workspace'),
      stringOr(params.storagePath, null),
    );
    return null;
  });
  connection.handle('routes/define', (params) => {
    const routes = Array.isArray(params.routes) ? params.routes : [];
    desk.routes.define(
      stringOr(params.workspace, null),
      routes.map((route) => parseRoute(route, desk.log)),
    );
    return null;
  });
  connection.handle('tasks/watch', () => {
    const subscription = desk.feed.onDidChange((change) => {
      connection.notify('tasks/changed', change);
    });
    const warnings = desk.deadlines.onDidWarn((warning) => {
      connection.notify('tasks/warned', warning);
    });
    connection.onClose(() => {
      subscription.dispose();
      warnings.dispose();
    });
    const portions = desk.rows.portions();
    const rows = portions.next().value ?? [];
    tellRest(portions, { connection, clock: desk.clock });
    return { rows };
  });
}

/** What a window did not get at first, a portion now and then, so that others have their turn. */
function tellRest(
  portions: Iterator<TaskRow[], void>,
  to: { readonly connection: ControlConnection; readonly clock: Clock },
): void {
  to.clock.after(PORTION_PAUSE_MS, () => {
    const { value: rows } = portions.next();
    if (!rows) return;
    to.connection.notify('tasks/changed', { rows, removed: [] });
    tellRest(portions, to);
  });
}

async function allRows(rows: TaskRows, workspace: string | null | undefined): Promise<TaskRow[]> {
  const all: TaskRow[] = [];
  for (const portion of rows.portions(workspace)) {
    all.push(...portion);
    await nextTurn();
  }
  return all;
}

function handleReading(connection: ControlConnection, desk: ControlDesk): void {
  const { registry, rows, clock } = desk;
  connection.handle('tasks/list', async ({ workspace }) => ({
    rows: await allRows(rows, workspace === undefined ? undefined : stringOr(workspace, null)),
  }));
  connection.handle('tasks/get', async (params) => ({
    row: await rows.find(requiredText(params, 'id')),
  }));
  connection.handle('tasks/older', async (params) => {
    const limit = Math.min(numberOr(params.limit, MAX_OLDER), MAX_OLDER);
    const workspace = params.workspace === undefined ? undefined : stringOr(params.workspace, null);
    return { rows: await rows.older(limit, workspace) };
  });
  connection.handle('tasks/wait', async (params) => {
    const id = requiredText(params, 'id');
    const record = rows.recordOf(id);
    if (record === undefined) return { row: await rows.find(id) };
    const waitMs = Math.min(numberOr(params.timeoutMs, MAX_WAIT_MS), MAX_WAIT_MS);
    const abort = new AbortController();
    const closed = connection.onClose(() => abort.abort());
    const ended = await waitForEnd(registry, record.handle, {
      waitMs,
      clock,
      signal: abort.signal,
      until: ({ status }) => isTerminal(status),
    });
    closed.dispose();
    return { row: rows.ofTask(ended) };
  });
  connection.handle('tasks/result', async (params) => {
    const id = requiredText(params, 'id');
    const row = await rows.find(id);
    if (row === null || !isHandleId(id)) return null;
    const resultJson = row.hasResult ? await registry.readResult(id) : null;
    const isAtHand = registry.get(id) !== undefined;
    if (resultJson !== null && isAtHand) {
      await registry.apply(id, { type: 'collected' }, desk.principal());
    }
    return { row: (await rows.find(id)) ?? row, resultJson };
  });
}

function handleEnding(connection: ControlConnection, desk: ControlDesk): void {
  const { revoker, rows, calls } = desk;
  connection.handle('tasks/revokePlan', (params) => ({
    alsoEnds: revoker.sharing(textsOf(params.ids)).flatMap((call): TaskRow[] => {
      const row = rows.get(call.handle ?? call.id);
      return row === null ? [] : [row];
    }),
  }));
  connection.handle('tasks/revoke', async (params) => ({
    outcomes: await revokeEach(desk, textsOf(params.ids), params),
  }));
  connection.handle('tasks/extend', async (params) => {
    const wanted = parseExtension(params);
    const row = await desk.deadlines.extend(requiredText(params, 'id'), wanted, desk.principal());
    return { row };
  });
  connection.handle('calls/handOff', async (params): Promise<{ handle: HandleId | null }> => {
    const call = calls.get(requiredText(params, 'id'));
    await call?.handOff();
    return { handle: call?.handle ?? null };
  });
}

/** What is left out is decided by the clocks. */
function parseExtension({ clock, byMs }: JsonObject): Partial<Extension> {
  if (clock !== undefined && clock !== 'idle' && clock !== 'total') {
    throw new TaskHandlesError('invalid_message', '`clock` must be "idle" or "total".');
  }
  if (byMs !== undefined && (!isDurationMs(byMs) || byMs === 0)) {
    throw new TaskHandlesError('invalid_message', '`byMs` must be a number of ms above 0.');
  }
  return { ...(clock !== undefined && { clock }), ...(byMs !== undefined && { byMs }) };
}

function revokeEach(
  desk: ControlDesk,
  ids: readonly string[],
  params: JsonObject,
): Promise<RevokeOutcome[]> {
  const principal = desk.principal(params.door);
  const note = stringOr(params.note, null);
  const force = params.force === true;
  return desk.revoker.revokeMany(ids, { door: principal.door, note, force, principal });
}

function parseRoute(value: unknown, log: Log): RouteDefinition {
  if (!isJsonObject(value))
    throw new TaskHandlesError('invalid_definition', 'A route is no object.');
  const name = requiredText(value, 'name');
  const { policy, problems } = parsePolicy(value.policy);
  for (const problem of problems) log.write('warn', `Settings of server \`${name}\`: ${problem}`);
  return {
    name,
    definition: parseDefinition(value.definition),
    policy,
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
