import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import { BrokerLink } from '../../../src/editor/brokerLink.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { FakeConnection } from '../../support/fakeConnection.ts';
import { taskRow } from '../../support/taskRow.ts';
import { workRefusal } from '../../support/workRefusal.ts';

function stage(workspaceId: string | null = 'ws') {
  const clock = new FakeClock();
  const connections: FakeConnection[] = [];
  const state = { isDown: false, isSilent: false };
  const link = new BrokerLink({
    workspaceId,
    workspaceName: 'demo',
    storagePath: '/storage',
    log: silentLog,
    clock,
    connect: async () => {
      if (state.isDown) throw new TaskHandlesError('no_broker', 'Nobody is there.');
      const connection = new FakeConnection(state.isSilent);
      connections.push(connection);
      return connection;
    },
  });
  return { clock, connections, state, link };
}

/** Lets promises that are settled run on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

suite('broker link', () => {
  test('attaches the workspace and watches before it tells', async () => {
    const { link, connections } = stage();
    const told: string[] = [];
    link.news.onDidReceiveRows(() => told.push('rows'));
    link.onDidConnect(() => told.push('connected'));
    link.start();
    await link.whenConnected();
    assert.deepEqual(connections[0]?.asked, [
      'workspace/attach',
      'tasks/watch',
      'log/watch',
      'notices/watch',
      'work/watch',
      'locks/watch',
    ]);
    assert.deepEqual(told, ['rows', 'connected']);
  });

  test('attaches no workspace in an empty window', async () => {
    const { link, connections } = stage(null);
    link.start();
    await link.whenConnected();
    assert.ok(!connections[0]?.asked.includes('workspace/attach'));
  });

  test('passes on warnings and notices', async () => {
    const { link, connections } = stage();
    const told: unknown[] = [];
    link.news.onDidWarn(({ clock }) => told.push(clock));
    link.news.onDidNotice((notices) => told.push(notices.map(({ message }) => message)));
    link.start();
    await link.whenConnected();
    const notice = { time: '', level: 'warn', message: 'torn' } as const;
    connections[0]?.notify('notices/changed', { notices: [notice] });
    connections[0]?.notify('tasks/warned', { row: taskRow(), clock: 'idle', limitMs: 2, ranMs: 1 });
    assert.deepEqual(told, [[], ['torn'], 'idle']);
  });

  test('P7 P8 passes on what is refused and locked, at each connect and as it changes', async () => {
    const { link, connections } = stage();
    const told: unknown[] = [];
    link.news.onDidChangeRefusals((refusals) => told.push(refusals?.length));
    link.news.onDidChangeLocks(({ by }) => told.push(by));
    link.start();
    await link.whenConnected();
    connections[0]?.notify('work/changed', { refusals: [workRefusal()] });
    connections[0]?.notify('locks/changed', { locks: { source: '/etc/x', by: 'Example IT' } });
    assert.deepEqual(told, [0, null, 1, 'Example IT']);
  });

  test('P5 connects again by itself when the broker goes', async () => {
    const { link, connections, clock } = stage();
    const states: string[] = [];
    link.onDidChangeState((state) => states.push(state));
    link.start();
    await link.whenConnected();
    await settled();
    connections[0]?.close();
    clock.advance(200);
    await settled();
    assert.equal(connections.length, 2);
    assert.deepEqual(states, ['connected', 'connecting', 'connected']);
  });

  test('notices a broker that falls silent while connected', async () => {
    const { link, connections, clock, state } = stage();
    link.start();
    await link.whenConnected();
    clock.advance(5_000);
    await settled();
    assert.equal(link.state, 'connected', 'an answer in time');
    const [connection] = connections;
    assert.ok(connection !== undefined);
    connection.isSilent = true;
    state.isDown = true;
    const asked = assert.rejects(link.request('tasks/revokePlan', { ids: [] }), /was cut/);
    clock.advance(10_000);
    await asked;
    assert.equal(link.state, 'unreachable');
    assert.match(link.lastError, /does not answer/);
    state.isDown = false;
    clock.advance(1_000);
    await settled();
    assert.equal(link.state, 'connected');
    assert.equal(connections.length, 2);
    link.dispose();
    assert.equal(clock.pending, 0);
  });

  test('pauses longer and longer, for ever', async () => {
    const { link, state, clock } = stage();
    state.isDown = true;
    link.start();
    await settled();
    assert.equal(link.state, 'unreachable');
    assert.equal(link.lastError, 'Nobody is there.');
    let attempts = 0;
    for (let second = 0; second < 300; second += 1) {
      const before = clock.pending;
      clock.advance(1_000);
      if (clock.pending !== before) attempts += 1;
      await settled();
    }
    assert.ok(attempts >= 10 && attempts < 25, `${attempts} attempts in five minutes`);
    state.isDown = false;
    link.retryNow();
    await settled();
    assert.equal(link.state, 'connected');
  });

  test('gives a request a bounded time to wait', async () => {
    const { link, state, clock } = stage();
    state.isDown = true;
    const request = link.request('broker/status', {});
    const refused = assert.rejects(request, /not reachable: Nobody is there/);
    await settled();
    clock.advance(15_000);
    await refused;
  });

  test('sends a request as soon as there is a link', async () => {
    const { link, connections } = stage();
    await link.request('tasks/list', {});
    assert.equal(connections[0]?.asked.at(-1), 'tasks/list');
  });

  test('cuts a link whose broker says nothing', async () => {
    const { link, connections, clock, state } = stage();
    state.isSilent = true;
    link.start();
    await settled();
    state.isSilent = false;
    clock.advance(10_000);
    await settled();
    assert.equal(connections[0]?.isDisposed, true);
    clock.advance(1_000);
    await settled();
    assert.equal(link.state, 'connected');
  });

  test('passes changes of rows on', async () => {
    const { link, connections } = stage();
    const ids: string[] = [];
    link.news.onDidChangeRows(({ rows }) => ids.push(...rows.map(({ id }) => id)));
    link.start();
    await link.whenConnected();
    connections[0]?.notify('tasks/changed', { rows: [taskRow({ id: 'a' })], removed: [] });
    assert.deepEqual(ids, ['a']);
  });

  test('leaves nothing behind when the window closes', async () => {
    const { link, connections, clock } = stage();
    link.start();
    await link.whenConnected();
    link.dispose();
    assert.equal(connections[0]?.isDisposed, true);
    assert.equal(connections[0]?.listeners, 0);
    assert.equal(clock.pending, 0);
  });
});
