import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject } from '../../../../../src/common/json.ts';
import { turn } from '../../../../support/fakeHost.ts';
import { d1Host, errorOf, withLegacyTask } from '../../../../support/nativeHost.ts';

const RESULT = { content: [{ type: 'text', text: 'built' }] };

suite('a legacy client that is offered tasks (D1)', () => {
  test('reads so in the answer to its initialize, and of each tool in the list', async () => {
    const { stage, host } = await d1Host({ tools: { must: { nativeTasks: 'required' } } });
    const { capabilities } = host.resultOf('init') as { capabilities: object };
    assert.deepEqual(capabilities, {
      tools: {},
      tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
    });
    host.request('list', 'tools/list', {});
    const tools = ['build', 'must'].map((name) => ({ name, inputSchema: { type: 'object' } }));
    stage.server.answer(stage.server.last('tools/list').id, { tools });
    const listed = host.resultOf('list').tools as { name: string; execution?: object }[];
    assert.deepEqual(
      listed.map(({ name, execution }) => [name, execution]),
      [
        ['build', { taskSupport: 'optional' }],
        ['must', { taskSupport: 'required' }],
        ['task_poll', undefined],
        ['task_control', undefined],
      ],
    );
  });

  test('P1 gets a task at once, whatever ttl it wishes', async () => {
    const { host, handle } = await withLegacyTask({ pollIntervalMs: 700 });
    const { task, _meta } = host.resultOf('call');
    assert(isJsonObject(task) && isJsonObject(_meta));
    const { createdAt, lastUpdatedAt, ...rest } = task;
    assert.equal(createdAt, lastUpdatedAt);
    assert.deepEqual(rest, { taskId: handle, status: 'working', ttl: null, pollInterval: 700 });
    const sentence = _meta['io.modelcontextprotocol/model-immediate-response'];
    assert.match(String(sentence), /^NOT THE RESULT YET/);
  });

  test('never sends `task` on: the server’s own tasks are the task layer’s', async () => {
    const { stage } = await withLegacyTask();
    const { params } = stage.server.last('tools/call');
    assert.equal(isJsonObject(params) && 'task' in params, false);
  });

  test('without `task` its call is a call like any other', async () => {
    const { stage, host } = await d1Host();
    host.callTool(1, 'build');
    await turn();
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    assert.deepEqual(host.resultOf(1), RESULT);
  });

  test('is told of each change, and of progress under the call’s own token', async () => {
    const { stage, host, upstreamId } = await withLegacyTask();
    const tick = (progress: number, message: string) =>
      stage.server.print({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: upstreamId, progress, total: 4, message },
      });
    tick(1, 'compiling');
    await stage.passTime(250);
    tick(2, 'linking');
    stage.server.answer(upstreamId, RESULT);
    await turn();
    const told = host.notifications('notifications/progress').map(({ params }) => params);
    assert.deepEqual(told, [
      { progressToken: 'p', progress: 1, total: 4, message: 'compiling' },
      { progressToken: 'p', progress: 2, total: 4, message: 'linking' },
    ]);
    const statuses = host
      .notifications('notifications/tasks/status')
      .map(({ params }) => params as { status: string; statusMessage?: string })
      .map(({ status, statusMessage }) => [status, statusMessage]);
    assert.deepEqual(statuses, [
      ['working', '25 %, compiling'],
      ['working', '50 %, linking'],
      ['completed', undefined],
    ]);
    await stage.passTime(0);
  });

  test('hears nothing more once its connection is closed', async () => {
    const { stage, host, upstreamId } = await withLegacyTask();
    const before = host.lines.length;
    host.session.close();
    stage.server.answer(upstreamId, RESULT);
    await turn();
    assert.equal(host.lines.length, before);
    assert.equal(stage.task.status, 'completed');
    await stage.passTime(0);
  });

  test('takes its call back before the answer: the task is cancelled', async () => {
    const { stage, host } = await d1Host();
    host.callTool(1, 'build', { task: {} });
    host.notify('notifications/cancelled', { requestId: 1 });
    await turn();
    assert.deepEqual(host.answersTo(1), []);
    assert.equal(stage.task.status, 'cancelled');
    await stage.passTime(0);
  });

  test('P2 an idempotency key names one task, however often it is asked for', async () => {
    const { stage, host } = await d1Host();
    const keyed = { task: {}, _meta: { 'mcp-task-handles/idempotencyKey': 'k-1' } };
    for (const id of ['a', 'b']) {
      host.callTool(id, 'build', keyed);
      await turn();
    }
    const [first, second] = ['a', 'b'].map((id) => host.resultOf(id).task);
    assert(isJsonObject(first) && isJsonObject(second));
    assert.equal(first.taskId, second.taskId);
    assert.equal(stage.server.all('tools/call').length, 1);
    await stage.passTime(0);
  });

  test('too many tasks are an error, not a result that is no task', async () => {
    const { stage, host } = await withLegacyTask({ maxLiveTasks: 1 });
    const error = await errorOf(host, 'tools/call', { name: 'build', arguments: {}, task: {} });
    assert.equal(error.code, -32603);
    assert.match(String(error.message), /maxLiveTasks is 1/);
    await stage.passTime(0);
  });
});

suite('a task that must not be, or must', () => {
  test('`task` for a tool without tasks is refused', async () => {
    const { host } = await d1Host({
      tools: { quick: { nativeTasks: 'never' }, open: { policy: 'never' } },
    });
    for (const name of ['quick', 'open', 'task_poll']) {
      const error = await errorOf(host, 'tools/call', { name, arguments: {}, task: {} });
      assert.equal(error.code, -32601, name);
    }
  });

  test('a call without `task` is refused where tasks are required', async () => {
    const { stage, host } = await d1Host({ nativeTasks: 'required' });
    const error = await errorOf(host, 'tools/call', { name: 'build', arguments: {} });
    assert.equal(error.code, -32601);
    assert.equal(stage.server.all('tools/call').length, 0);
  });

  for (const task of [null, [], 'yes', { ttl: 'long' }, { ttl: -1 }]) {
    test(`\`task\` of ${JSON.stringify(task)} is malformed`, async () => {
      const { host } = await d1Host();
      const error = await errorOf(host, 'tools/call', { name: 'build', arguments: {}, task });
      assert.equal(error.code, -32602);
    });
  }
});

suite('a legacy client that is offered none', () => {
  for (const policy of [{}, { nativeTasks: 'optional', policy: 'never' }] as const) {
    test(`has its \`task\` ignored (${JSON.stringify(policy)})`, async () => {
      const { stage, host } = await d1Host({ nativeTasks: 'never', ...policy });
      const { capabilities } = host.resultOf('init') as { capabilities: object };
      assert.equal('tasks' in capabilities, false);
      host.callTool(1, 'build', { task: { ttl: 1 } });
      await turn();
      const { id, params } = stage.server.last('tools/call');
      assert.equal(isJsonObject(params) && 'task' in params, false);
      stage.server.answer(id, RESULT);
      assert.deepEqual(host.resultOf(1), RESULT);
    });
  }

  test('finds no task methods, and its server never hears of them', async () => {
    const { stage, host } = await d1Host({ nativeTasks: 'never' });
    for (const method of ['get', 'result', 'list', 'cancel', 'update']) {
      assert.equal((await errorOf(host, `tasks/${method}`, {})).code, -32601);
    }
    assert.deepEqual(stage.server.methods, ['initialize', 'notifications/initialized']);
  });

  test('an older revision knows of no tasks', async () => {
    const { stage } = await d1Host();
    stage.script = () => ({ protocolVersion: '2025-06-18', capabilities: { tools: {} } });
    const host = stage.connect({ nativeTasks: 'optional' });
    await host.initialize({ protocolVersion: '2025-06-18' });
    const { capabilities } = host.resultOf('init') as { capabilities: object };
    assert.deepEqual(capabilities, { tools: {} });
    assert.equal((await errorOf(host, 'tasks/list', {})).code, -32601);
  });
});
