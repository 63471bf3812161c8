import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import { Reattacher } from '../../../src/broker/reattacher.ts';
import { RouteTable } from '../../../src/broker/routeTable.ts';
import type { HttpDefinition } from '../../../src/brokerApi/brokerProtocol.ts';
import { isFindable } from '../../../src/registry/remoteWork.ts';
import type { RemoteWork, TaskRecord } from '../../../src/registry/taskRecord.ts';
import { turn } from '../../support/fakeHost.ts';
import { ProxyStage } from '../../support/proxyStage.ts';
import { aTask } from '../../support/taskRecords.ts';

const URL = 'http://server/mcp';
const PLACE = { url: URL, sessionId: 's', protocolVersion: '2025-11-25' };
const TASK: RemoteWork = {
  ...PLACE,
  era: 'legacy',
  taskId: 't1',
  requestId: null,
  lastEventId: null,
};
const STREAM: RemoteWork = { ...TASK, taskId: null, requestId: 4, lastEventId: 'e1' };
const MODERN: RemoteWork = { ...TASK, era: 'modern', sessionId: null };
const RESULT = { content: [{ type: 'text', text: 'done' }] };

/** A broker that has started anew and finds this work in a record. */
async function restarted(
  t: TestContext,
  remote: RemoteWork | null,
  { defined, ...members }: Partial<TaskRecord> & { defined?: HttpDefinition } = {},
) {
  const stage = new ProxyStage();
  stage.script = () => undefined;
  const record = aTask({ remote, ...members });
  stage.registry.addStored([record]);
  await stage.registry.loseOrphans(isFindable);
  const routes = new RouteTable(stage.clock);
  const route = (definition: HttpDefinition, name: string) => ({ name, definition, policy: {} });
  const { workspace } = record;
  if (defined !== undefined) routes.define(workspace, [route(defined, record.route)]);
  const reattacher = new Reattacher(stage.context, routes);
  t.after(() => {
    reattacher.dispose();
    stage.registry.dispose();
  });
  reattacher.takeUp();
  await turn();
  const define = async (definition: Partial<HttpDefinition> = {}, name = record.route) => {
    routes.define(workspace, [route({ type: 'http', url: URL, headers: {}, ...definition }, name)]);
    await turn();
  };
  const { handle } = record;
  const task = () => stage.registry.get(handle) ?? assert.fail('the task is gone');
  const call = () => stage.calls.ofHandle(handle);
  return { stage, handle, define, task, call };
}

/** The server tells of the task. */
async function tell(stage: ProxyStage, task: object): Promise<void> {
  stage.server.where = PLACE;
  stage.clock.advance(250);
  stage.server.answer(stage.server.last('tasks/get').id, { taskId: 't1', ...task });
  await turn();
}

suite('work that goes on at a remote server', () => {
  test('P5 a task is asked for where it is, and ends as it would have', async (t) => {
    const { stage, call, task } = await restarted(t, TASK);
    assert.deepEqual(stage.opened[0]?.[0], { type: 'http', url: URL, headers: {} });
    assert.deepEqual(stage.opened[0]?.[1].resume, TASK);
    assert.equal(call()?.isAttached, false);
    await tell(stage, { status: 'working', statusMessage: 'linking' });
    assert.equal(call()?.isAttached, true);
    assert.equal(task().progress?.message, 'linking');
    stage.server.answer(stage.server.last('tasks/result').id, RESULT);
    await turn();
    assert.equal(task().status, 'completed');
    assert.equal(stage.calls.size, 0);
    assert.deepEqual(stage.server.all('tools/call'), [], 'P2: nothing is called again');
    await stage.passTime(60_000);
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.clock.pending, 0);
  });

  test('P5 the answer of a stream is taken under the id of its request', async (t) => {
    const { stage, task } = await restarted(t, STREAM);
    assert.deepEqual(stage.opened[0]?.[1].resume, STREAM);
    stage.server.print({
      method: 'notifications/progress',
      params: { progressToken: 4, progress: 2 },
    });
    stage.server.answer(4, RESULT);
    await turn();
    assert.equal(task().status, 'completed');
    assert.equal(task().progress?.progress, 2);
    assert.deepEqual(stage.server.sent, []);
  });

  test('a stream that cannot be taken up again says nothing of the outcome', async (t) => {
    const { stage, task } = await restarted(t, STREAM);
    stage.server.print({ id: 4, error: { code: -32603, message: 'no such stream' } });
    await turn();
    assert.equal(task().reason?.code, 'lost');
    assert.equal(task().reason?.note, 'no such stream');
  });

  test('P5 work that ended with its process, or is known by nothing, is lost at once', async (t) => {
    for (const remote of [null, { ...STREAM, lastEventId: null }, { ...STREAM, sessionId: null }]) {
      const { stage, task } = await restarted(t, remote);
      assert.equal(task().reason?.code, 'lost');
      assert.equal(stage.calls.size, 0);
      assert.equal(stage.clock.pending, 0);
    }
  });

  test('a server that has forgotten the task makes it lost, not failed', async (t) => {
    const { stage, task } = await restarted(t, TASK);
    stage.clock.advance(250);
    const { id } = stage.server.last('tasks/get');
    stage.server.print({ id, error: { code: -32602, message: 'Task not found' } });
    await turn();
    assert.equal(task().reason?.code, 'lost');
    assert.match(task().reason?.note ?? '', /no longer knows/);
  });

  test('a session that is gone makes it lost', async (t) => {
    const { stage, task } = await restarted(t, TASK);
    stage.server.exit({ code: null, stderrTail: 'the session is gone' });
    await turn();
    assert.equal(task().reason?.code, 'lost');
    assert.match(task().reason?.note ?? '', /session is gone/);
    assert.equal(stage.clock.pending, 0);
  });

  test('P8 where its url may hold a secret it waits for its route, unattached', async (t) => {
    const { stage, define, task, call } = await restarted(t, { ...TASK, url: null });
    assert.equal(stage.opened.length, 0);
    assert.equal(task().status, 'working');
    assert.equal(call()?.isAttached, false);
    await define({}, 'another');
    assert.equal(stage.opened.length, 0);
    await define({ headers: { authorization: 'secret' } });
    assert.deepEqual(stage.opened[0]?.[0], {
      type: 'http',
      url: URL,
      headers: { authorization: 'secret' },
    });
    await tell(stage, { status: 'working' });
    assert.equal(call()?.isAttached, true);
  });

  test('a route that was defined before its workspace’s records came is enough', async (t) => {
    const defined: HttpDefinition = {
      type: 'http',
      url: URL,
      headers: { authorization: 'secret' },
    };
    const { stage } = await restarted(t, { ...TASK, url: null }, { defined });
    assert.deepEqual(stage.opened[0]?.[0], defined);
  });

  test('a server that refuses is asked again with what its route says', async (t) => {
    const { stage, define, call } = await restarted(t, TASK);
    const [refusing] = stage.channels;
    stage.clock.advance(250);
    const { id } = stage.server.last('tasks/get');
    stage.server.print({ id, error: { code: -32603, message: 'HTTP 401' } });
    await define({ url: 'http://elsewhere/mcp' });
    await define();
    assert.equal(stage.opened.length, 1, 'neither another server nor the same definition');
    await define({ headers: { authorization: 'secret' } });
    assert.equal(stage.opened.length, 2);
    assert.equal(refusing?.shutDowns, 1);
    await tell(stage, { status: 'working' });
    assert.equal(call()?.isAttached, true);
    await define({ headers: { authorization: 'other' } });
    assert.equal(stage.opened.length, 2, 'it has been found');
  });

  test('a task that nobody can find is lost after its own time', async (t) => {
    const deadlines = { totalTimeoutMs: null, idleTimeoutMs: null, ranMs: 0 };
    for (const [limits, limitMs] of [
      [deadlines, 600_000],
      [{ ...deadlines, reattachTimeoutMs: 5_000 }, 5_000],
    ] as const) {
      const { stage, task } = await restarted(t, { ...TASK, url: null }, { deadlines: limits });
      await stage.passTime(limitMs - 1);
      assert.equal(task().status, 'working');
      await stage.passTime(1);
      assert.equal(task().reason?.code, 'lost');
      assert.match(task().reason?.note ?? '', /was not defined again within/);
      assert.equal(stage.calls.size, 0);
      assert.equal(stage.clock.pending, 0);
    }
  });

  test('a server that never tells of the task is let go', async (t) => {
    const { stage, task } = await restarted(t, TASK);
    await stage.passTime(600_000);
    assert.match(task().reason?.note ?? '', /did not tell of the task/);
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.clock.pending, 0);
  });

  test('a server that does not open is waited for like one that wants credentials', async (t) => {
    const stage = await restarted(t, { ...TASK, url: null });
    stage.stage.startFailure = 'no such host';
    await stage.define();
    assert.match(stage.stage.warnings.at(-1) ?? '', /no such host/);
    assert.equal(stage.task().status, 'working');
  });

  test('P6 a revocation cancels the task at its server, found or not', async (t) => {
    const { stage, handle, call, task } = await restarted(t, TASK);
    await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    call()?.cancelUpstream('revoked', { forget: false });
    assert.deepEqual(stage.server.last('tasks/cancel').params, { taskId: 't1' });
    call()?.release();
    stage.server.answer(stage.server.last('tasks/result').id, RESULT);
    await turn();
    assert.equal(task().status, 'cancelled');
    assert.equal(task().hasLateResult, true);
    assert.equal(stage.calls.size, 0);
  });

  test('P2 P6 a late round of questions neither resumes a revoked task nor holds its server', async (t) => {
    const { stage, handle, call } = await restarted(t, TASK);
    await tell(stage, { status: 'working' });
    await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    call()?.cancelUpstream('revoked', { forget: false });
    const before = stage.server.sent.length;
    stage.server.answer(stage.server.last('tasks/result').id, { resultType: 'input_required' });
    await turn();
    assert.equal(stage.calls.size, 0);
    assert.equal(stage.server.sent.length, before);
    await stage.passTime(60_000);
    assert.equal(stage.server.shutDowns, 1);
  });

  test('P6 one that is revoked while it waits is over, and its server is told when it is found', async (t) => {
    const { stage, handle, define, task } = await restarted(t, { ...TASK, url: null });
    await stage.registry.apply(handle, { type: 'revoked', by: 'user', note: null });
    assert.equal(stage.calls.size, 0);
    await define({ headers: { authorization: 'secret' } });
    assert.deepEqual(stage.server.last('tasks/cancel').params, { taskId: 't1' });
    await tell(stage, { status: 'cancelled' });
    stage.server.print({ id: stage.server.last('tasks/result').id, error: { code: -32603 } });
    await stage.passTime(60_000);
    assert.equal(task().reason?.code, 'revoked');
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.clock.pending, 0);
  });

  test('one that runs out of time while it waits is over', async (t) => {
    const { stage, handle } = await restarted(t, { ...TASK, url: null });
    await stage.registry.apply(handle, { type: 'timedOut', clock: 'total' });
    assert.equal(stage.calls.size, 0);
    assert.equal(stage.clock.pending, 0);
  });

  test('a question of before the crash does not stand any more, unless the server asks again', async (t) => {
    const { stage, task } = await restarted(t, MODERN, { status: 'input_required' });
    assert.equal(task().status, 'working');
    const question = { method: 'elicitation/create', params: { message: 'name?' } };
    await tell(stage, { status: 'input_required', inputRequests: { name: question } });
    assert.equal(task().status, 'input_required');
  });

  test('its questions are put to the person, whose answer goes to the task', async (t) => {
    const { stage, handle, task } = await restarted(t, MODERN);
    const question = { method: 'elicitation/create', params: { message: 'name?' } };
    await tell(stage, { status: 'input_required', inputRequests: { name: question } });
    assert.equal(task().status, 'input_required');
    const { questions } = stage.context;
    assert.deepEqual(questions.of(handle), [{ key: 'name', ...question }]);
    const answer = { action: 'accept', content: {} };
    questions.answer(handle, 'name', answer);
    const { inputResponses } = stage.server.last('tasks/update').params as Record<string, unknown>;
    assert.deepEqual(inputResponses, { name: answer });
    stage.server.answer(stage.server.last('tasks/update').id, {});
    const { id } = stage.server.last('tasks/get');
    stage.server.answer(id, { taskId: 't1', status: 'completed', result: RESULT });
    await turn();
    assert.equal(task().status, 'completed');
  });
});
