import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { newRefusal, readRefusals, writeRefusal } from '../../../../src/brokerApi/refusalFiles.ts';
import { turn } from '../../../support/fakeHost.ts';
import { BY_USER, EVERYTHING, switchStage, through } from '../../../support/killSwitchStage.ts';
import { d2 } from '../../../support/modernRequest.ts';
import { waitFor } from '../../../support/processes.ts';
import { discovers } from '../../../support/proxyStage.ts';

const BY_TERMINAL = {
  scope: EVERYTHING.scope,
  by: 'user',
  client: 'terminal',
  note: null,
} as const;

suite('P7 what was ordered past the broker', () => {
  test('ends what began while the order was on its way, whatever the clocks say', async (t) => {
    const { stage, killSwitch, folder } = await switchStage(t);
    const refusal = { ...newRefusal(BY_TERMINAL), since: new Date(0).toISOString() };
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    stage.clock.advance(1_000);
    host.callTool(1, 'build');
    await turn();
    await writeRefusal(folder, { refusal, isMerged: false });
    killSwitch.check();
    for (let step = 0; step < 10; step += 1) await stage.passTime(100);
    assert.equal(stage.task.status, 'cancelled');
    assert.equal(stage.server.ends.length, 1);
  });

  test('counts as done when it is done: a crash before leaves it to the next broker', async (t) => {
    const { stage, killSwitch, folder } = await switchStage(t);
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    host.callTool(1, 'build');
    await turn();
    await writeRefusal(folder, { refusal: newRefusal(BY_TERMINAL), isMerged: false });
    killSwitch.check();
    await waitFor(() => stage.audit.rows.some(({ action }) => action === 'work_refused'), 1_000);
    await turn();
    assert.equal(readRefusals(folder)[0]?.isMerged, false);
    for (let step = 0; step < 10; step += 1) await stage.passTime(100);
    await waitFor(() => readRefusals(folder)[0]?.isMerged === true, 1_000);
  });

  test('its own orders alike', async (t) => {
    const { stage, killSwitch, folder } = await switchStage(t);
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    host.callTool(1, 'build');
    await turn();
    const revoking = killSwitch.revokeAll(EVERYTHING);
    await waitFor(() => readRefusals(folder).length === 1, 1_000);
    assert.equal(readRefusals(folder)[0]?.isMerged, false);
    await through(stage, revoking);
    assert.equal(readRefusals(folder)[0]?.isMerged, true);
  });
});

suite('P7 the look for such orders', () => {
  test('goes on, and holds one timer however long that is', async (t) => {
    const { stage, killSwitch } = await switchStage(t);
    const { pending } = stage.clock;
    const started = t.mock.method(stage.clock, 'after');
    for (let second = 0; second < 50; second += 1) await stage.passTime(1_000);
    assert.ok(started.mock.callCount() >= 50);
    assert.equal(stage.clock.pending, pending);
    const ends = started.mock.calls.flatMap(({ result }) =>
      result === undefined ? [] : [t.mock.method(result, 'dispose')],
    );
    killSwitch.dispose();
    assert.equal(ends.filter((end) => end.mock.callCount() > 0).length, 1);
  });
});

suite('P7 a disk that takes no refusal', () => {
  test('does not keep the work from being ended, and who asked is told', async (t) => {
    const { stage, killSwitch, refusals, folder } = await switchStage(t);
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    host.callTool(1, 'build');
    await turn();
    writeFileSync(folder, 'in the way');
    const { refusal, isUnwritten } = await through(stage, killSwitch.revokeAll(EVERYTHING));
    assert.equal(isUnwritten, true);
    assert.equal(stage.task.status, 'cancelled');
    rmSync(folder);
    await refusals.retry();
    assert.equal(refusals.isOnDisk(refusal), true);
    const again = await through(stage, killSwitch.revokeAll(EVERYTHING));
    assert.equal(again.isUnwritten, undefined);
  });
});

suite('P7 the kill switch ends what nobody counts as live', () => {
  test('a server that was asked to stop, and has not', async (t) => {
    const { stage, killSwitch, revoker } = await switchStage(t);
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    host.callTool(1, 'build');
    await turn();
    const { handle } = stage.task;
    const byAgent = { id: handle, door: 'agent', note: null, force: false } as const;
    await through(stage, revoker.revoke(byAgent));
    assert.equal(stage.server.ends.length, 0, 'it serves an attached session');
    const { outcomes } = await through(stage, killSwitch.revokeAll(EVERYTHING));
    assert.deepEqual(
      outcomes.map(({ id, outcome }) => [id, outcome]),
      [[handle, 'revoked']],
    );
    assert.equal(stage.server.ends.length, 1);
  });

  test('a server that waits for a call to come again with answers', async (t) => {
    const { stage, killSwitch } = await switchStage(t);
    stage.script = discovers;
    const host = stage.connect({ isolation: 'perCall' });
    host.request('d', 'server/discover', d2());
    await turn();
    host.request(1, 'tools/call', d2({ name: 'build' }));
    await turn();
    const { server } = stage;
    server.answer(server.last('tools/call').id, {
      resultType: 'input_required',
      requestState: 's',
      inputRequests: { q: { method: 'elicitation/create', params: { message: '?' } } },
    });
    await turn();
    const elsewhere = { ...BY_USER, scope: { kind: 'route', route: 'other' } } as const;
    await through(stage, killSwitch.revokeAll(elsewhere));
    assert.equal(server.shutDowns, 0);
    const { outcomes } = await through(stage, killSwitch.revokeAll(EVERYTHING));
    assert.deepEqual(
      outcomes.map(({ outcome, level }) => [outcome, level]),
      [['revoked', 'cooperative']],
    );
    assert.equal(server.shutDowns, 1);
    assert.equal(stage.calls.asked.size, 0);
  });

  test('and no server comes back by itself where its work is refused', async (t) => {
    const { stage, killSwitch } = await switchStage(t);
    const host = await stage.greeted({ policy: 'always', revokeGraceMs: 100 });
    host.callTool(1, 'build');
    await turn();
    const scope = { kind: 'route', route: 'r' } as const;
    await through(stage, killSwitch.revokeAll({ ...BY_USER, scope }));
    stage.server.exit({ code: null, signal: 'SIGKILL' });
    for (let step = 0; step < 20; step += 1) await stage.passTime(100);
    assert.equal(stage.channels.length, 1);
  });
});
