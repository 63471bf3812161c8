import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { turn } from '../../../../support/fakeHost.ts';
import { ENVELOPE, EXTENSION, TaskStage } from '../../../../support/taskStage.ts';

const call = (id: number, more: object = {}) => ({
  id,
  method: 'tools/call',
  params: { name: 'slow', arguments: {}, ...more },
});

suite('the task layer learns what a server has', () => {
  test('P12 a server without tasks is passed through, byte for byte', async () => {
    const stage = new TaskStage();
    await stage.ask(1, 'initialize', {}, { capabilities: { tools: {} } });
    const odd = '{ "jsonrpc":"2.0", "id":2,"method":"tools/call", "params":{"name":"a\\u0062"}}';
    stage.layer.send(odd);
    const answer = '{"result":{"task":{"taskId":"x"}},"id":2 ,"jsonrpc":"2.0"}';
    stage.server.print(answer);
    assert.equal(stage.server.sent.at(-1), odd);
    assert.equal(stage.lines.at(-1), answer);
    assert.equal(stage.clock.pending, 0);
  });

  test('a server whose tasks are not for calls of tools is passed through', async () => {
    const stage = new TaskStage();
    await stage.ask(1, 'initialize', {}, { capabilities: { tasks: { list: {}, requests: {} } } });
    stage.send(call(2));
    assert.deepEqual(stage.server.last('tools/call').params, { name: 'slow', arguments: {} });
    assert.deepEqual(stage.server.all('tools/list'), []);
  });

  test('an initialize that is refused decides nothing', async () => {
    const stage = new TaskStage();
    stage.send({ id: 1, method: 'initialize', params: {} });
    stage.refuseLast('initialize', -32602, 'no');
    stage.send({ id: 2, method: 'initialize', params: {} });
    const tasks = { requests: { tools: { call: {} } } };
    stage.answerLast('initialize', { capabilities: { tasks } });
    stage.send(call(3));
    assert.equal(stage.server.all('tools/list').length, 1);
  });

  test('a modern server that nobody has asked is asked before the first call', async () => {
    const stage = new TaskStage();
    stage.modernCall(1);
    stage.send({ id: 2, method: 'prompts/list', params: { _meta: ENVELOPE } });
    assert.deepEqual(stage.server.methods, ['server/discover']);
    const { _meta } = stage.server.last('server/discover').params as { _meta: object };
    assert.deepEqual(
      Object.keys(_meta).sort(),
      Object.keys(ENVELOPE).sort(),
      'no token of the call',
    );
    stage.answerLast('server/discover', { capabilities: { extensions: { [EXTENSION]: {} } } });
    assert.deepEqual(stage.server.methods, ['server/discover', 'tools/call', 'prompts/list']);
    assert.match(
      String(stage.server.sent[1]),
      /"extensions":\{"io.modelcontextprotocol\/tasks":\{\}\}/,
    );
    assert.equal(stage.clock.pending, 0);
    assert.deepEqual(stage.lines, []);
  });

  test('a modern server that does not answer to that is called all the same', async () => {
    const stage = new TaskStage();
    stage.modernCall(1);
    stage.clock.advance(10_000);
    assert.deepEqual(stage.server.methods, ['server/discover', 'tools/call']);
    stage.answerLast('tools/call', { resultType: 'complete', content: [] });
    assert.equal(stage.answersTo(1).length, 1);
    assert.equal(stage.clock.pending, 0);
  });

  test('the end of the server ends every clock', async () => {
    for (const stage of [await TaskStage.legacy(), await TaskStage.modern()]) {
      stage.legacyTask(3);
      stage.modernTask(4, { taskId: 't2' });
      stage.server.exit({});
      assert.equal(stage.clock.pending, 0);
    }
  });

  test('everything that is no line goes straight through', async () => {
    const stage = await TaskStage.legacy();
    let stderr = '';
    stage.layer.onStderr((text) => {
      stderr += text;
    });
    stage.server.complain('oh');
    stage.layer.holdOutput(true);
    assert.equal(stderr, 'oh');
    assert.equal(stage.server.isHeld, true);
    assert.equal(await stage.layer.end(5), stage.server.ending);
    assert.equal(await stage.layer.endDescendants(0, 0), stage.server.descendantsEnding);
    await stage.layer.shutDown();
    await turn();
    assert.deepEqual(stage.server.ends, [5]);
    assert.equal(stage.server.shutDowns, 1);
  });

  test('P5 how a task is found again is told once, with the version of its call', async () => {
    const place = { url: 'http://x/mcp', sessionId: null, protocolVersion: '' };
    const stage = await TaskStage.modern();
    stage.server.where = place;
    stage.modernTask(3);
    await stage.poll({ status: 'working' });
    const where = { ...place, protocolVersion: '2026-07-28', era: 'modern', taskId: 't1' };
    const remote = { ...where, requestId: null, lastEventId: null };
    assert.deepEqual(stage.remotes, [{ requestId: 3, remote }]);
  });

  test('P5 nothing is told of a task that ends with its process', async () => {
    const stage = await TaskStage.legacy();
    stage.legacyTask(3);
    assert.deepEqual(stage.remotes, []);
  });

  test('P5 a task of an earlier connection is waited for, and nothing is called', async () => {
    for (const era of ['legacy', 'modern'] as const) {
      const stage = new TaskStage(undefined, era);
      stage.server.where = { url: null, sessionId: 's', protocolVersion: '2025-11-25' };
      const params = { taskId: 't1', pollInterval: 0, _meta: { progressToken: 7 } };
      stage.send({ id: 7, method: 'mcp-task-handles/resume', params });
      assert.deepEqual(stage.remotes, [], 'the server has told nothing yet');
      stage.clock.advance(250);
      const result = { content: [] };
      stage.answerLast('tasks/get', { taskId: 't1', status: 'completed', result });
      assert.equal(stage.remotes.length, 1);
      if (era === 'legacy') stage.answerLast('tasks/result', result);
      assert.ok(stage.answerTo(7).result);
      assert.ok(stage.server.methods.every((method) => String(method).startsWith('tasks/')));
      assert.equal(stage.clock.pending, 0);
    }
  });

  test('what is no message passes', async () => {
    const stage = await TaskStage.legacy();
    stage.server.print('[1]');
    assert.equal(stage.lines.at(-1), '[1]');
  });
});
