import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskStage, tool } from '../../../../support/taskStage.ts';

const A_DAY_MS = 86_400_000;

suite('which tools are called as tasks of 2025-11-25', () => {
  test('a tool that may be a task is called as one, others are not', async () => {
    const tools = [tool('slow', 'required'), tool('odd', 'optional'), tool('fast', 'forbidden')];
    const stage = await TaskStage.legacy([...tools, tool('plain')]);
    const taskOf = (name: string) => {
      stage.send({ id: 9, method: 'tools/call', params: { name } });
      return (stage.server.last('tools/call').params as { task?: unknown }).task;
    };
    assert.deepEqual(taskOf('slow'), { ttl: A_DAY_MS });
    assert.deepEqual(taskOf('odd'), { ttl: A_DAY_MS });
    assert.equal(taskOf('fast'), undefined);
    assert.equal(taskOf('plain'), undefined);
    assert.equal(taskOf('unheard of'), undefined, 'the list was complete');
    assert.equal(stage.server.all('tools/list').length, 1);
  });

  test('the arguments go on byte for byte', async () => {
    const stage = await TaskStage.legacy();
    stage.layer.send(
      '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"slow","arguments":{"n":1.0e3, "s":"\\u00e9"}}}',
    );
    assert.equal(
      stage.server.sent.at(-1),
      `{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"task":{"ttl":${A_DAY_MS}},"name":"slow","arguments":{"n":1.0e3, "s":"\\u00e9"}}}`,
    );
  });

  test('tools that nobody has listed are listed first, page by page', async () => {
    const stage = await TaskStage.legacy([]);
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    stage.send({ id: 3, method: 'tools/call', params: { name: 'slow' } });
    stage.send({ id: 4, method: 'tools/call', params: { name: 'other' } });
    stage.answerLast('tools/list', { tools: [tool('other')], nextCursor: 'p2' });
    assert.deepEqual(stage.server.last('tools/list').params, { cursor: 'p2' });
    assert.deepEqual(stage.server.all('tools/call'), []);
    stage.answerLast('tools/list', { tools: [tool('slow', 'optional')] });
    const [slow, other] = stage.server.all('tools/call');
    assert.deepEqual(slow?.params, { task: { ttl: A_DAY_MS }, name: 'slow' });
    assert.deepEqual(other?.params, { name: 'other' });
    assert.equal(stage.server.all('tools/list').length, 3);
  });

  test('a tool that was seen is not looked for again when others have come', async () => {
    const stage = await TaskStage.legacy();
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    stage.send({ id: 3, method: 'tools/call', params: { name: 'slow' } });
    assert.deepEqual(stage.server.last('tools/call').params, {
      task: { ttl: A_DAY_MS },
      name: 'slow',
    });
    await stage.ask(4, 'tools/list', {}, { tools: [tool('slow', 'forbidden')] });
    stage.send({ id: 5, method: 'tools/call', params: { name: 'slow' } });
    assert.deepEqual(stage.server.last('tools/call').params, { name: 'slow' });
  });

  test('a list that is refused does not stop the call', async () => {
    const stage = await TaskStage.legacy();
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    stage.send({ id: 3, method: 'tools/call', params: { name: 'new' } });
    stage.refuseLast('tools/list', -32603, 'not now');
    assert.deepEqual(stage.server.last('tools/call').params, { name: 'new' });
  });

  test('a server that does not list its tools in ten seconds gets the call as it is', async () => {
    const stage = await TaskStage.legacy();
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    stage.send({ id: 3, method: 'tools/call', params: { name: 'new' } });
    stage.clock.advance(9_999);
    assert.deepEqual(stage.server.all('tools/call'), []);
    stage.clock.advance(1);
    assert.deepEqual(stage.server.last('tools/call').params, { name: 'new' });
    stage.answerLast('tools/list', { tools: [tool('new', 'required')] });
    assert.equal(stage.server.all('tools/call').length, 1, 'P2 it is sent once');
    assert.equal(stage.clock.pending, 0);
  });

  test('a call that is cancelled while the tools are listed is never sent', async () => {
    const stage = await TaskStage.legacy();
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    stage.send({ id: 3, method: 'tools/call', params: { name: 'new' } });
    stage.send({ method: 'notifications/cancelled', params: { requestId: 3 } });
    stage.answerLast('tools/list', { tools: [] });
    assert.deepEqual(stage.server.all('tools/call'), []);
    assert.match(stage.errorOf(3).message, /cancelled before/);
  });
});
