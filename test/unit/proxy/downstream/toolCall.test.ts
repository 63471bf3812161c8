import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject } from '../../../../src/common/json.ts';
import { turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };
const HAND_OFF_MS = 10_000;

suite('a tool call', () => {
  test('P12 that ends before its hand-off goes back byte for byte', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool('c', 'build');
    const { id } = stage.server.last('tools/call');
    stage.server.print(` {"result" : {"n":9007199254740993,"s":"\\u00e9"}, "id":${id},"x":1.0}`);
    assert.equal(
      host.lines.at(-1),
      ' {"result" : {"n":9007199254740993,"s":"\\u00e9"}, "id":"c","x":1.0}',
    );
    assert.equal(stage.registry.list().length, 0);
    assert.equal(stage.calls.size, 0);
  });

  test('an upstream error goes back as it came', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const { id } = stage.server.last('tools/call');
    const error = { code: -32000, message: 'no', data: { a: 1 } };
    stage.server.print({ jsonrpc: '2.0', id, error });
    assert.deepEqual(host.answerTo(1).error, error);
  });

  test('P1 becomes a task whose record is on disk before the handle shows', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build', { arguments: { target: 'all' } });
    await stage.passTime(HAND_OFF_MS - 1);
    assert.deepEqual(host.answersTo(1), []);
    const release = stage.store.hold();
    await stage.passTime(1);
    assert.deepEqual(host.answersTo(1), []);
    assert.equal(stage.registry.list().length, 0);
    release();
    await turn();
    const handle = handleIn(host.resultOf(1));
    assert.deepEqual(stage.store.records.get(handle), stage.registry.get(handle));
    assert.equal(stage.task.tool, 'build');
    assert.equal(stage.task.argument, 'all');
  });

  test('the hand-off says the same in text and structure', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    const { content, structuredContent, _meta } = host.resultOf(1);
    assert(Array.isArray(content) && isJsonObject(structuredContent) && isJsonObject(_meta));
    const [first] = Object.keys(structuredContent);
    assert.equal(first, 'next');
    assert.equal(content[0].text, structuredContent.next);
    const { next, ...view } = structuredContent;
    assert.deepEqual(_meta['mcp-task-handles/task'], view);
  });

  test('always is handed off at once, and its result is kept', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    const handle = handleIn(host.resultOf(1));
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    await turn();
    assert.equal(stage.task.status, 'completed');
    assert.equal(await stage.registry.readResult(handle), JSON.stringify(RESULT));
    assert.equal(host.answersTo(1).length, 1);
  });

  test('never passes through however long it takes', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'never' });
    host.callTool(1, 'build');
    await stage.passTime(10 * HAND_OFF_MS);
    assert.deepEqual(host.answersTo(1), []);
    assert.equal(stage.calls.all().length, 1);
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    assert.deepEqual(host.resultOf(1), RESULT);
    assert.equal(stage.registry.list().length, 0);
  });

  test('shows its row after a second', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const [call] = stage.calls.all();
    assert(call !== undefined);
    assert.equal(stage.calls.isShown(call), false);
    await stage.passTime(1000);
    assert.equal(stage.calls.isShown(call), true);
  });

  test('P3 an answer during the write wins over the hand-off', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const release = stage.store.hold();
    await stage.passTime(HAND_OFF_MS);
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    release();
    await turn();
    assert.deepEqual(host.resultOf(1), RESULT);
    assert.equal(stage.task.status, 'completed');
    assert.notEqual(stage.task.collectedAtMs, null);
  });

  test('always keeps its word when the answer comes during the write', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const release = stage.store.hold();
    host.callTool(1, 'build');
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    release();
    await turn();
    handleIn(host.resultOf(1));
    assert.equal(stage.task.status, 'completed');
    assert.equal(stage.task.collectedAtMs, null);
  });

  test('an upstream that ends fails the task with its last words', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    stage.server.exit({ code: 3, stderrTail: 'out of memory\n' });
    await turn();
    assert.equal(stage.task.status, 'failed');
    assert.equal(stage.task.reason?.code, 'upstream_exit');
    assert.match(stage.task.reason?.note ?? '', /exited with code 3\. .*out of memory/);
  });

  test('P8 last words that look like a secret are kept from disk and log', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    stage.server.exit({ code: 1, stderrTail: 'bad API_KEY=hunter2-hunter2\n' });
    await turn();
    assert.match(stage.task.reason?.note ?? '', /Its last words: bad API_KEY=\*\*\*$/);
    assert(!JSON.stringify(stage.logged).includes('hunter2'));
  });

  test('an upstream that ends answers each open call with one error', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    host.callTool(2, 'build');
    host.request(3, 'prompts/list');
    stage.server.exit({ code: null, signal: 'SIGSEGV' });
    await turn();
    for (const id of [1, 2, 3]) {
      const { error } = host.answerTo(id);
      assert(isJsonObject(error));
      assert.match(String(error.message), /was ended by SIGSEGV/);
    }
    assert.equal(stage.calls.size, 0);
  });

  test('an upstream that ends during the write leaves a handle that says so', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const release = stage.store.hold();
    await stage.passTime(HAND_OFF_MS);
    stage.server.exit({ code: 1 });
    release();
    await turn();
    handleIn(host.resultOf(1));
    assert.equal(stage.task.reason?.code, 'upstream_exit');
  });

  test('progress goes on to the host under its own token until the hand-off', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build', { _meta: { progressToken: 'mine' } });
    const progress = (value: number) => {
      const { id } = stage.server.last('tools/call');
      const params = { progressToken: id, progress: value, total: 4 };
      stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    };
    progress(1);
    await stage.passTime(HAND_OFF_MS);
    progress(3);
    const told = host.notifications('notifications/progress').map(({ params }) => params);
    assert.deepEqual(told, [{ progressToken: 'mine', progress: 1, total: 4 }]);
    assert.deepEqual(stage.task.progress, { progress: 3, total: 4, message: null });
  });

  test('P10 progress that comes during the write is not lost', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const release = stage.store.hold();
    host.callTool(1, 'build');
    const { id } = stage.server.last('tools/call');
    const params = { progressToken: id, progress: 9, total: 10 };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    release();
    await turn();
    assert.deepEqual(stage.task.progress, { progress: 9, total: 10, message: null });
  });

  test('P10 progress before the hand-off is kept only as far as it is real', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const { id } = stage.server.last('tools/call');
    const tell = (rest: string) =>
      stage.server.print(
        `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${id},${rest}}}`,
      );
    tell('"progress":5,"total":10');
    tell('"progress":3,"total":10');
    assert.equal(stage.calls.all()[0]?.progress?.progress, 5);
    tell(`"progress":1e999,"message":"${'x'.repeat(100_000)}"`);
    await stage.passTime(HAND_OFF_MS);
    assert(Number.isFinite(stage.task.progress?.progress));
    assert.equal(stage.task.progress?.message?.length, 1_000);
  });

  test('a host that asked for no progress gets none', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    const { id } = stage.server.last('tools/call');
    const params = { progressToken: id, progress: 1 };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    assert.deepEqual(host.notifications('notifications/progress'), []);
  });

  test('a modern request gets a modern answer', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
    host.callTool(1, 'build', { _meta });
    await turn();
    assert.equal(host.resultOf(1).resultType, 'complete');
  });
});
