import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { turn } from '../../../../support/fakeHost.ts';
import { d2, d3 } from '../../../../support/modernRequest.ts';
import { modernStage, resultOf, withModernTask } from '../../../../support/nativeHost.ts';

const RESULT = { content: [{ type: 'text', text: 'built' }], structuredContent: { ok: true } };

suite('a modern client with the tasks extension (D3)', () => {
  test('P1 gets a flat task, whose record is on disk by then', async () => {
    const { stage, host, handle } = await withModernTask();
    const task = host.resultOf('call');
    assert.deepEqual(Object.keys(task).sort(), [
      'createdAt',
      'lastUpdatedAt',
      'pollIntervalMs',
      'resultType',
      'status',
      'taskId',
      'ttlMs',
    ]);
    assert.equal(task.resultType, 'task');
    assert.equal(task.ttlMs, null);
    const stored = (await stage.store.load()) as { handle: string }[];
    assert.deepEqual(
      stored.map((record) => record.handle),
      [handle],
    );
  });

  test('waits for a result as long as `handOffAfterMs` says', async () => {
    const stage = modernStage();
    const host = stage.connect({ handOffAfterMs: 5_000 });
    host.request(1, 'tools/call', d3({ name: 'build', arguments: {} }));
    await turn();
    await stage.passTime(4_999);
    assert.equal(host.lines.length, 0);
    await stage.passTime(1);
    assert.equal(host.resultOf(1).resultType, 'task');
  });

  test('gets the task at once when the server makes one of the call', async () => {
    const stage = modernStage();
    const host = stage.connect();
    host.request(1, 'tools/call', d3({ name: 'build', arguments: {} }));
    await turn();
    const remote = {
      era: 'modern' as const,
      url: null,
      sessionId: null,
      protocolVersion: '2026-07-28',
      taskId: 'theirs',
      requestId: null,
      lastEventId: null,
    };
    stage.server.tellRemote({ requestId: 1, remote });
    await turn();
    const { taskId } = host.resultOf(1);
    assert.equal(taskId, stage.task.handle);
    assert.equal(stage.task.remote?.taskId, 'theirs');
    await stage.passTime(0);
  });

  test('a client without the extension keeps waiting for it', async () => {
    const stage = modernStage();
    const host = stage.connect();
    host.request(1, 'tools/call', d2({ name: 'build', arguments: {} }));
    await turn();
    const facts = { url: null, sessionId: null, requestId: null, lastEventId: null };
    const remote = { era: 'modern' as const, protocolVersion: '1', taskId: 'theirs', ...facts };
    stage.server.tellRemote({ requestId: 1, remote });
    await turn();
    assert.equal(host.lines.length, 0);
    await stage.passTime(0);
  });

  test('a result before the hand-off is the result, byte for byte', async () => {
    const stage = modernStage();
    const host = stage.connect();
    host.request(1, 'tools/call', d3({ name: 'build', arguments: {} }));
    await turn();
    stage.server.answer(1, { resultType: 'complete', ...RESULT });
    assert.deepEqual(host.resultOf(1), { resultType: 'complete', ...RESULT });
  });

  test('never sends `task` on to the server', async () => {
    const stage = modernStage();
    const host = stage.connect({ policy: 'always' });
    host.request(1, 'tools/call', d3({ name: 'build', task: { ttl: 1 }, arguments: { a: 1 } }));
    await turn();
    const { params } = stage.server.last('tools/call') as { params: Record<string, unknown> };
    assert.equal(params.task, undefined);
    assert.deepEqual(params.arguments, { a: 1 });
    assert.equal(host.resultOf(1).resultType, 'task');
  });

  test('sees its tools without companions and with their own schemas', async () => {
    const tool = { name: 'build', inputSchema: {}, outputSchema: { type: 'object' } };
    const stage = modernStage();
    const { script } = stage;
    stage.script = (request) =>
      request.method === 'tools/list' ? { tools: [tool] } : script(request);
    const host = stage.connect();
    assert.deepEqual((await resultOf(host, 'tools/list', d3())).tools, [tool]);
    const { tools } = await resultOf(host, 'tools/list', d2());
    const names = (tools as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names, ['build', 'task_poll', 'task_control']);
  });
});
