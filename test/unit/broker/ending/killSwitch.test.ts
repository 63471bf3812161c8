import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RevokeAll } from '../../../../src/broker/ending/killSwitch.ts';
import { newRefusal, writeRefusal } from '../../../../src/brokerApi/refusalFiles.ts';
import { isTerminal } from '../../../../src/registry/taskRecord.ts';
import { type FakeHost, turn } from '../../../support/fakeHost.ts';
import { BY_USER, EVERYTHING, switchStage, through } from '../../../support/killSwitchStage.ts';

const META_KEY = 'mcp-task-handles/idempotencyKey';
const META_CHAT = 'vscode.conversationId';

function errorIn(host: FakeHost, id: number): string {
  const { isError, content } = host.resultOf(id);
  assert.equal(isError, true);
  return JSON.stringify(content);
}

/** So long calls share one look at what was ordered past the broker. */
const SHARED_LOOK_MS = 5;

suite('P7 the kill switch', () => {
  test('ends a call whose server has not started, at once', async (t) => {
    const { stage, killSwitch, refusals } = await switchStage(t);
    const release = stage.holdStarts();
    const host = stage.connect();
    host.callTool(1, 'build');
    const { outcomes, refusal } = await through(stage, killSwitch.revokeAll(EVERYTHING));
    assert.deepEqual(
      outcomes.map(({ outcome, level }) => [outcome, level]),
      [['revoked', 'none']],
    );
    assert.match(errorIn(host, 1), /The user stopped this call of `build`\. enough/);
    await refusals.lift(refusal.id, BY_USER.principal);
    release();
    await turn();
    assert.deepEqual(stage.server.all('tools/call'), [], 'also where new work is accepted by then');
    const ended = stage.audit.rows.find(({ action }) => action === 'revoked');
    assert.deepEqual([ended?.handle, ended?.tool], [null, 'build']);
  });

  test('ends a call whose server was starting when new work was refused elsewhere', async (t) => {
    const { stage, folder } = await switchStage(t);
    const release = stage.holdStarts();
    const host = stage.connect();
    host.callTool(1, 'build');
    stage.clock.advance(SHARED_LOOK_MS);
    const route = { kind: 'route', route: 'r' } as const;
    const refusal = newRefusal({ scope: route, by: 'user', client: 'terminal', note: null });
    await writeRefusal(folder, { refusal, isMerged: false });
    release();
    await turn();
    assert.match(errorIn(host, 1), /The user stopped this call of `build`\./);
    assert.deepEqual(stage.server.all('tools/call'), []);
  });

  test('ends with the next call what began between two looks past the broker', async (t) => {
    const { stage, folder } = await switchStage(t);
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const refusal = newRefusal({ scope: EVERYTHING.scope, by: 'user', client: 'x', note: null });
    await writeRefusal(folder, { refusal, isMerged: false });
    host.callTool(2, 'build');
    assert.equal(stage.server.all('tools/call').length, 2, 'both share a look');
    stage.clock.advance(SHARED_LOOK_MS);
    host.callTool(3, 'build');
    for (let step = 0; step < 10; step += 1) await stage.passTime(100);
    assert.equal(stage.server.all('tools/call').length, 2);
    for (const id of [1, 2]) assert.match(errorIn(host, id), /The user stopped this call/);
    assert.match(errorIn(host, 3), /all new work is refused/);
  });

  test('P8 refuses a call whose server was starting when an administrator refused', async (t) => {
    const { stage, refusals } = await switchStage(t);
    const release = stage.holdStarts();
    const host = stage.connect();
    host.callTool(1, 'build');
    refusals.setLocked(newRefusal({ ...EVERYTHING, by: 'admin', client: 'IT' }));
    release();
    await turn();
    assert.match(
      errorIn(host, 1),
      /`build` was not started: all new work is refused .*Do not retry/,
    );
    assert.deepEqual(stage.server.all('tools/call'), []);
  });

  test('ends a call with a key while its record is made: it never runs', async (t) => {
    const { stage, killSwitch } = await switchStage(t);
    const host = await stage.greeted();
    const release = stage.store.hold();
    host.callTool(1, 'build', { _meta: { [META_KEY]: 'k' } });
    await turn();
    await through(stage, killSwitch.revokeAll(EVERYTHING));
    release();
    await turn();
    await turn();
    assert.deepEqual(stage.server.all('tools/call'), []);
    const { status, reason } = stage.task;
    assert.deepEqual([status, reason?.code, reason?.by], ['cancelled', 'revoked', 'user']);
    assert.equal(reason?.level, 'none');
    assert.deepEqual(stage.calls.waiting, []);
  });

  test('P8 tells no secret that stands in its reason, whatever it ends', async (t) => {
    const { stage, killSwitch } = await switchStage(t);
    const host = await stage.greeted();
    const release = stage.store.hold();
    host.callTool(1, 'build', { _meta: { [META_KEY]: 'k' } });
    await turn();
    stage.holdStarts();
    const starting = stage.connect();
    starting.callTool(2, 'build');
    const secret = 'ghp_0123456789abcdefghij';
    await through(stage, killSwitch.revokeAll({ ...EVERYTHING, note: `leaked ${secret}` }));
    release();
    await turn();
    await turn();
    assert.equal(stage.task.reason?.note, 'leaked ***');
    assert.match(errorIn(starting, 2), /The user stopped this call of `build`\. leaked \*\*\*/);
    const told = JSON.stringify([stage.task, host.resultOf(1), await stage.audit.read()]);
    assert.equal(told.includes(secret), false);
  });

  test('refuses calls, keys included, and never the companions', async (t) => {
    const { stage, refusals } = await switchStage(t);
    const host = await stage.greeted();
    await refusals.add({ ...EVERYTHING, by: 'user' }, BY_USER.principal);
    host.callTool(1, 'build');
    host.callTool(2, 'build', { _meta: { [META_KEY]: 'k' } });
    host.callTool(3, 'task_poll', { arguments: {} });
    await turn();
    for (const id of [1, 2]) assert.match(errorIn(host, id), /all new work is refused by the user/);
    assert.notEqual(host.resultOf(3).isError, true);
    assert.deepEqual(stage.server.all('tools/call'), []);
  });

  test('of one chat ends its work, and its server only if nobody else works there', async (t) => {
    const { stage, killSwitch } = await switchStage(t);
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    for (const [id, chat] of [
      [1, 'a'],
      [2, 'a'],
      [3, 'b'],
    ] as const) {
      host.callTool(id, `build${id}`, { _meta: { [META_CHAT]: chat } });
    }
    await turn();
    // Once ended it is started again by itself.
    const { server } = stage;
    const scope = (conversationId: string) => ({ kind: 'conversation', conversationId }) as const;
    await through(stage, killSwitch.revokeAll({ ...BY_USER, scope: scope('a') }));
    assert.equal(server.ends.length, 0);
    const live = () => stage.registry.list().filter(({ status }) => !isTerminal(status));
    assert.deepEqual(
      live().map(({ tool }) => tool),
      ['build3'],
    );
    await through(stage, killSwitch.revokeAll({ ...BY_USER, scope: scope('b') }));
    assert.equal(server.ends.length, 1);
    assert.deepEqual(live(), []);
    host.callTool(4, 'build', { _meta: { [META_CHAT]: 'a' } });
    host.callTool(5, 'build', { _meta: { [META_CHAT]: 'c' } });
    await turn();
    assert.match(errorIn(host, 4), /new work of chat a is refused/);
    assert.deepEqual(host.resultOf(5).isError, undefined);
  });

  test('P6 ends a server that may still be at a task that was revoked before', async (t) => {
    const { stage, killSwitch } = await switchStage(t);
    const { registry, calls, context } = stage;
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    for (const [id, chat] of [
      [1, 'a'],
      [2, 'b'],
    ] as const) {
      host.callTool(id, `build${id}`, { _meta: { [META_CHAT]: chat } });
    }
    await turn();
    const chat = (conversationId: string): RevokeAll => ({
      ...BY_USER,
      scope: { kind: 'conversation', conversationId },
    });
    await through(stage, killSwitch.revokeAll(chat('a')));
    const [unended] = context.unended.all();
    await through(stage, killSwitch.revokeAll(chat('a')));
    assert.deepEqual(stage.server.ends, [], 'the other chat works there');
    stage.server.answer(stage.server.last('tools/call').id, {});
    await turn();
    assert.equal(calls.size, 0);
    const { outcomes } = await through(stage, killSwitch.revokeAll(EVERYTHING));
    assert.deepEqual(
      outcomes.map(({ id, outcome, level }) => [id, outcome, level]),
      [[unended?.handle, 'revoked', 'terminated']],
    );
    assert.equal(stage.server.ends.length, 1);
    assert.deepEqual(context.unended.all(), []);
    const ended = registry.list().find(({ handle }) => handle === unended?.handle);
    assert.deepEqual([ended?.status, ended?.reason?.level], ['cancelled', 'terminated']);
  });

  test('ends what began before a refusal that was written past the broker', async (t) => {
    const { stage, killSwitch, folder } = await switchStage(t);
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    host.callTool(1, 'build');
    await turn();
    const refusal = newRefusal({ scope: EVERYTHING.scope, by: 'user', client: 'x', note: 'later' });
    await writeRefusal(folder, { refusal, isMerged: false });
    killSwitch.check();
    for (let step = 0; step < 10; step += 1) await stage.passTime(100);
    const { status, reason } = stage.task;
    assert.deepEqual([status, reason?.code, reason?.note], ['cancelled', 'revoked', 'later']);
    assert.equal(stage.server.ends.length, 1);
  });

  test('starts no server for a notification while everything is refused', async (t) => {
    const { stage, refusals } = await switchStage(t);
    const host = await stage.greeted();
    await refusals.add({ ...EVERYTHING, by: 'user' }, BY_USER.principal);
    stage.server.exit({ code: 1, signal: null });
    await turn();
    host.notify('notifications/roots/list_changed');
    await turn();
    assert.equal(stage.channels.length, 1);
    host.request(1, 'tools/list');
    await turn();
    assert.equal(stage.channels.length, 2, 'a request has one');
  });
});
