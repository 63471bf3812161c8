import assert from 'node:assert/strict';
import { suite, type TestContext, test } from 'node:test';
import type { BrokerStatus } from '../../../src/brokerApi/brokerProtocol.ts';
import type { AuditShape } from '../../../src/supervise/shapes/auditShape.ts';
import type { TaskShape } from '../../../src/supervise/shapes/taskShape.ts';
import { cliJson, runCli } from '../../support/cliProcess.ts';
import {
  callTool,
  connectClient,
  fixtureServer,
  handleOf,
  temporaryHome,
  textOf,
} from '../../support/connectClient.ts';
import { waitFor, waitUntilGone } from '../../support/processes.ts';
import { descendantPids } from '../../support/processTree.ts';
import { SupervisorClient } from '../../support/supervisorClient.ts';
import { sentenceIn } from '../../support/supervisorStage.ts';

const PATIENCE_MS = 30_000;

interface Waited {
  readonly changed: TaskShape[];
  readonly gone: string[];
}

interface Listed {
  readonly tasks: TaskShape[];
  readonly refusals: { by: string; scope: { kind: string }; untrusted: { client: string } }[];
}

interface Revoked {
  readonly outcome: string;
  readonly level: string;
  readonly alsoServes: string[];
  readonly alsoEnded: string[];
  readonly task: TaskShape;
}

/** An agent with a server of its own, and a supervisor that is no part of it. */
async function stage(t: TestContext, fixture = 'ignoresCancel.mjs', policy = 'always') {
  const home = temporaryHome(t);
  const server = fixtureServer(fixture);
  const agent = await connectClient({ home, server, flags: ['--policy', policy] });
  return { home, agent, supervisor: await SupervisorClient.start(home) };
}

/** Waits for changes until one of them is as wanted. */
async function waitUntil(
  supervisor: SupervisorClient,
  isWanted: (task: TaskShape) => boolean,
): Promise<TaskShape> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const { changed } = await supervisor.ask<Waited>('wait_for_change', { waitMs: 5_000 });
    const found = changed.find(isWanted);
    if (found !== undefined) return found;
  }
  assert.fail('the change was never told');
}

async function brokerPid(home: string): Promise<number> {
  return (await cliJson<BrokerStatus>(['broker', 'status', '--home', home])).pid;
}

suite("a supervisor and another agent's tasks", () => {
  test('P6 P8 are listed, watched and revoked; nothing is left, and the audit names it', async (t) => {
    const { home, agent, supervisor } = await stage(t, 'ignoresCancelInside.mjs');
    assert.deepEqual((await supervisor.ask('list_tasks')).tasks, []);
    const coming = waitUntil(supervisor, ({ tool }) => tool === 'hang');
    const handle = handleOf(await callTool(agent, 'hang'));
    assert.equal((await coming).handle, handle);
    const tree = await descendantPids(await brokerPid(home));
    assert.ok(tree.length > 0);
    const going = waitUntil(supervisor, ({ status }) => status === 'cancelled');
    const answer = await supervisor.ask<Revoked>('revoke_task', { handle, reason: 'not wanted' });
    assert.deepEqual([answer.outcome, answer.task.reason?.by], ['revoked', 'supervisor']);
    assert.equal((await going).handle, handle);
    assert.deepEqual((await supervisor.ask('list_tasks')).tasks, []);
    await waitUntilGone(tree, PATIENCE_MS);
    const { rows } = await supervisor.ask<{ rows: AuditShape[] }>('get_audit', { handle });
    const row = rows.find(({ action }) => action === 'revoked');
    assert.deepEqual(
      [row?.door, row?.untrusted.client, row?.untrusted.reason],
      ['supervisor', 'warden', 'not wanted'],
    );
  });

  test('P7 a task that was revoked says so to its agent, and stays so', async (t) => {
    const { agent, supervisor } = await stage(t);
    const handle = handleOf(await callTool(agent, 'hang'));
    await supervisor.ask('revoke_task', { handle, reason: 'a second one runs' });
    const polled = await callTool(agent, 'task_poll', { handle });
    assert.match(textOf(polled), /supervisor/i);
    const again = await supervisor.ask<Revoked>('revoke_task', { handle });
    assert.equal(again.outcome, 'already_ended');
  });

  test('P6 what shares the server is named first, and ends with it by force alone', async (t) => {
    const { agent, supervisor } = await stage(t, 'ignoresCancelInside.mjs');
    const handles = [];
    for (let i = 0; i < 3; i++) handles.push(handleOf(await callTool(agent, 'hang')));
    const [first = '', second = '', third = ''] = handles;
    const asked = await supervisor.call('revoke_task', { handle: first });
    const { alsoServes, level } = asked.structuredContent as unknown as Revoked;
    assert.deepEqual([level, new Set(alsoServes)], ['cooperative', new Set([second, third])]);
    assert.match(sentenceIn(asked), /"force":true/);
    const forced = await supervisor.ask<Revoked>('revoke_task', { handle: first, force: true });
    assert.deepEqual(new Set(forced.alsoEnded), new Set([second, third]));
    assert.equal(forced.task.mayStillRun, false);
    assert.deepEqual((await supervisor.ask('list_tasks')).tasks, []);
  });

  test('a call before its hand-off is seen and stopped as well', async (t) => {
    const { agent, supervisor } = await stage(t, 'ignoresCancel.mjs', 'never');
    const answer = callTool(agent, 'hang');
    const call = await waitUntil(supervisor, ({ kind }) => kind === 'call');
    await supervisor.ask('revoke_task', { handle: call.handle, reason: 'no' });
    assert.match(textOf(await answer), /supervisor stopped this call/i);
    const gone = async () => {
      const told = await supervisor.ask<Waited>('wait_for_change', { waitMs: 5_000 });
      return told.gone.includes(call.handle);
    };
    await waitFor(gone, PATIENCE_MS);
  });

  test('P9 one that can stand is paused and resumed, another one truthfully not', async (t) => {
    const { agent, supervisor } = await stage(t, 'ignoresCancelInside.mjs');
    const handle = handleOf(await callTool(agent, 'hang'));
    const refused = await supervisor.call('pause_task', { handle });
    assert.equal(refused.isError, true);
    assert.match(sentenceIn(refused), /attached session.*perCall/);
    const ready = waitUntil(supervisor, ({ canPause }) => canPause);
    await agent.client.close();
    assert.equal((await ready).handle, handle);
    const { task } = await supervisor.ask<{ task: TaskShape }>('pause_task', { handle });
    assert.deepEqual([task.paused, task.pausedBy, task.status], [true, 'supervisor', 'working']);
    const resumed = await supervisor.ask<{ task: TaskShape }>('resume_task', { handle });
    assert.equal(resumed.task.paused, false);
    const { rows } = await supervisor.ask<{ rows: AuditShape[] }>('get_audit', { handle });
    const actions = rows
      .filter(({ untrusted }) => untrusted.client === 'warden')
      .map(({ action }) => action);
    assert.deepEqual(actions, ['paused', 'resumed']);
  });

  test('P7 all are ended at once, and new work is refused until a person accepts it', async (t) => {
    const { home, agent, supervisor } = await stage(t, 'ignoresCancelInside.mjs');
    for (let i = 0; i < 3; i++) handleOf(await callTool(agent, 'hang'));
    const { revoked } = await supervisor.ask('revoke_all', { reason: 'enough' });
    assert.equal(revoked, 3);
    const refused = await callTool(agent, 'hang');
    assert.equal(refused.isError, true);
    assert.match(textOf(refused), /enough/);
    const { tasks, refusals } = await supervisor.ask<Listed>('list_tasks');
    assert.deepEqual(tasks, []);
    assert.deepEqual(
      refusals.map(({ by, untrusted, scope }) => [by, untrusted.client, scope.kind]),
      [['supervisor', 'warden', 'everything']],
    );
    assert.equal((await runCli(['accept-new-work', '--home', home])).code, 0);
    assert.deepEqual((await supervisor.ask<Listed>('list_tasks')).refusals, []);
    handleOf(await callTool(agent, 'hang'));
  });

  test('P7 the tasks of one server are ended, those of another go on', async (t) => {
    const { home, agent, supervisor } = await stage(t, 'ignoresCancelInside.mjs');
    const server = fixtureServer('ignoresCancelInside.mjs');
    const flags = ['--policy', 'always'];
    const other = await connectClient({ home, server, flags, route: 'other' });
    handleOf(await callTool(agent, 'hang'));
    const kept = handleOf(await callTool(other, 'hang'));
    const { task } = await supervisor.ask<{ task: TaskShape }>('get_task', { handle: kept });
    const scope = { kind: 'route', workspace: task.workspace, route: 'e' };
    assert.equal((await supervisor.ask('revoke_all', { reason: 'one', scope })).revoked, 1);
    const { tasks, refusals } = await supervisor.ask<Listed>('list_tasks');
    assert.deepEqual(
      tasks.map(({ handle }) => handle),
      [kept],
    );
    assert.deepEqual(
      refusals.map((refusal) => refusal.scope),
      [scope],
    );
    handleOf(await callTool(other, 'hang'));
    assert.equal((await callTool(agent, 'hang')).isError, true);
  });
});

suite('live state as resources', () => {
  test('P11 subscriptions tell that tasks come, change and end', async (t) => {
    const { agent, supervisor } = await stage(t);
    const { client, told } = supervisor;
    await client.subscribeResource({ uri: 'tasks://live' });
    const handle = handleOf(await callTool(agent, 'hang'));
    const uri = `tasks://task/${handle}`;
    await waitFor(() => told.includes('tasks://live') && told.includes('list'), PATIENCE_MS);
    const { resources } = await client.listResources();
    assert.deepEqual(
      resources.map((resource) => resource.uri),
      ['tasks://live', uri],
    );
    await client.subscribeResource({ uri });
    await supervisor.ask('revoke_task', { handle });
    await waitFor(() => told.includes(uri), PATIENCE_MS);
    const [content] = (await client.readResource({ uri })).contents;
    assert.match(JSON.stringify(content), /cancelled/);
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.deepEqual(
      resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      ['tasks://task/{handle}'],
    );
    for (const wrong of ['tasks://task/th_x', 'tasks://else', 'file:///etc/passwd']) {
      await assert.rejects(client.readResource({ uri: wrong }), /no task with this handle/);
      await assert.rejects(client.subscribeResource({ uri: wrong }), /no task with this handle/);
    }
  });
});

suite('a supervisor whose broker goes', () => {
  test('P5 hears of what became of the tasks, from the next broker', async (t) => {
    const { home, agent, supervisor } = await stage(t);
    const handle = handleOf(await callTool(agent, 'hang'));
    await waitUntil(supervisor, (task) => task.handle === handle);
    const hasEnded = ({ status }: TaskShape) => status !== 'working';
    const ended = waitUntil(supervisor, (task) => task.handle === handle && hasEnded(task));
    process.kill(await brokerPid(home), 'SIGKILL');
    assert.equal((await ended).reason?.code, 'lost');
    assert.equal(supervisor.stderr(), '');
  });

  test('starts one when it is asked for something', async (t) => {
    const home = temporaryHome(t);
    const supervisor = await SupervisorClient.start(home);
    await supervisor.ask('list_tasks');
    const before = await brokerPid(home);
    await runCli(['broker', 'stop', '--home', home]);
    await waitUntilGone([before], PATIENCE_MS);
    assert.deepEqual((await supervisor.ask('list_tasks')).tasks, []);
    assert.notEqual(await brokerPid(home), before);
  });
});
