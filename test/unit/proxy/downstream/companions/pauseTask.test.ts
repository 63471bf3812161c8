import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject, type JsonObject } from '../../../../../src/common/json.ts';
import type { RoutePolicy } from '../../../../../src/registry/policy.ts';
import { type FakeHost, turn } from '../../../../support/fakeHost.ts';
import type { ProxyStage } from '../../../../support/proxyStage.ts';
import { poll, structured, withTask } from '../../../../support/runningTask.ts';

/** A task that nobody is attached to, and an agent at another server that holds its handle. */
async function elsewhere(policy: RoutePolicy = {}) {
  const { stage, host, handle, upstreamId } = await withTask();
  const { server } = stage;
  host.session.close();
  const agent = stage.connect(policy, { name: 'other' });
  await agent.initialize();
  return { stage, server, agent, handle, upstreamId };
}

async function control(host: FakeHost, given: object): Promise<JsonObject> {
  host.callTool('c', 'task_control', { arguments: given });
  await turn();
  await turn();
  const answer = host.resultOf('c');
  host.lines.length = 0;
  return answer;
}

/** `task_control` as a client sees it. */
async function offered(stage: ProxyStage, agent: FakeHost) {
  agent.request('list', 'tools/list');
  stage.server.answer(stage.server.last('tools/list').id, { tools: [] });
  await turn();
  const { tools } = agent.resultOf('list');
  assert(Array.isArray(tools));
  const tool: unknown = tools.at(-1);
  assert(isJsonObject(tool) && isJsonObject(tool.inputSchema));
  const { action } = tool.inputSchema.properties as { action: { enum: string[] } };
  return { title: tool.title, actions: action.enum };
}

suite('task_control of a route whose calls have processes of their own', () => {
  test('P9 offers pause and resume', async () => {
    const { stage, agent } = await elsewhere({ tools: { 'b*': { isolation: 'perCall' } } });
    assert.deepEqual(await offered(stage, agent), {
      title: 'Stop or Pause a Background Task',
      actions: ['revoke', 'cancel', 'pause', 'resume'],
    });
  });

  test('P9 other routes offer neither', async () => {
    const { stage, agent } = await elsewhere();
    assert.deepEqual((await offered(stage, agent)).actions, ['revoke', 'cancel']);
    const remote = stage.connect(
      { isolation: 'perCall' },
      { name: 'far', definition: { type: 'http', url: 'http://x/', headers: {} } },
    );
    await remote.initialize();
    assert.deepEqual((await offered(stage, remote)).actions, ['revoke', 'cancel']);
  });
});

suite('an agent that pauses a task', () => {
  test('P9 is told that it stands, and resumes it', async () => {
    const { stage, server, agent, handle } = await elsewhere();
    const paused = structured(await control(agent, { handle, action: 'pause' }));
    assert.deepEqual([paused.status, paused.paused, paused.pausedBy], ['working', true, 'agent']);
    assert.match(
      String(paused.next),
      /is paused by an agent .* call task_control .*"action":"resume"/,
    );
    assert.equal(server.processes.isStanding, true);
    const resumed = structured(await control(agent, { handle, action: 'resume' }));
    assert.deepEqual([resumed.paused, resumed.pausedBy], [false, undefined]);
    assert.match(String(resumed.next), /goes on\. Call task_poll/);
    assert.equal(server.processes.isStanding, false);
    const rows = stage.audit.rows.filter(({ action }) => /^(paused|resumed)$/.test(action));
    assert.deepEqual(
      rows.map(({ action, principal }) => [action, principal.door, principal.client?.name]),
      [
        ['paused', 'agent', 'fake host'],
        ['resumed', 'agent', 'fake host'],
      ],
    );
  });

  test('P9 is told why not, where others need its server', async () => {
    const { stage, host, handle } = await withTask();
    const answer = await control(host, { handle, action: 'pause' });
    assert.equal(answer.isError, true);
    assert.match(String(structured(answer).next), /serves an attached session/);
    assert.equal(stage.task.paused, false);
  });

  test('P3 is told how a task had ended', async () => {
    const { server, agent, handle, upstreamId } = await elsewhere();
    server.answer(upstreamId, { content: [] });
    await turn();
    const answer = structured(await control(agent, { handle, action: 'pause' }));
    assert.deepEqual([answer.status, answer.paused], ['completed', false]);
    assert.match(String(answer.next), /has completed/);
  });

  test('P8 has the poll’s words for an unknown handle', async () => {
    const { agent } = await elsewhere();
    const handle = `th_${'b'.repeat(26)}`;
    const answer = await control(agent, { handle, action: 'resume' });
    poll(agent, 'p', { handle });
    await turn();
    assert.deepEqual(answer, agent.resultOf('p'));
  });
});

suite('a poll of a task that is paused', () => {
  test('P11 P9 answers at once when it pauses, and while it is', async () => {
    const { stage, agent, handle } = await elsewhere();
    poll(agent, 'p', { handle });
    await turn();
    assert.deepEqual(agent.answersTo('p'), []);
    await stage.context.pausing.pause({ handle, door: 'user' });
    await turn();
    const { next, paused } = structured(agent.resultOf('p'));
    assert.equal(paused, true);
    assert.match(String(next), /is paused by the user .* Do not poll/);
    poll(agent, 'q', { handle });
    await turn();
    assert.equal(structured(agent.resultOf('q')).next, next);
  });

  test('P8 its agent cannot undo what the user wants', async () => {
    const { stage, agent, handle } = await elsewhere();
    await stage.context.pausing.pause({ handle, door: 'user' });
    const answer = await control(agent, { handle, action: 'resume' });
    assert.equal(answer.isError, true);
    assert.match(String(structured(answer).next), /leave it to the user/);
    assert.equal(stage.task.paused, true);
  });
});
