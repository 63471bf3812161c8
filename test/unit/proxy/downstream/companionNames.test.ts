import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject } from '../../../../src/common/json.ts';
import { freeName } from '../../../../src/proxy/downstream/companions/companionTools.ts';
import { toolNamesOf } from '../../../../src/proxy/downstream/toolListRewrite.ts';
import { type FakeHost, turn } from '../../../support/fakeHost.ts';
import { handleIn, ProxyStage } from '../../../support/proxyStage.ts';

/** Lists tools; the server answers with these names and, unless it is the last page, a cursor. */
function list(
  stage: ProxyStage,
  host: FakeHost,
  page: { id: string; names: string[]; cursor?: string; nextCursor?: string },
): string[] {
  const { id, names, cursor, nextCursor } = page;
  host.request(id, 'tools/list', cursor === undefined ? {} : { cursor });
  const tools = names.map((name) => ({ name, inputSchema: { type: 'object' } }));
  const request = stage.server.last('tools/list').id;
  stage.server.answer(request, { tools, ...(nextCursor === undefined ? {} : { nextCursor }) });
  return toolNamesOf(host.resultOf(id));
}

suite('companion names', () => {
  test('are the plain ones when nobody has them', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const names = list(stage, host, { id: 'l', names: ['a'] });
    assert.deepEqual(names, ['a', 'task_poll', 'task_control']);
  });

  test('get a suffix when taken, and the server’s own tool is reached', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const names = list(stage, host, { id: 'l', names: ['task_poll', 'task_poll_2'] });
    assert.deepEqual(names.slice(2), ['task_poll_3', 'task_control']);
    host.callTool(1, 'task_poll');
    assert.deepEqual(stage.server.last('tools/call').params, {
      _meta: { progressToken: stage.server.last('tools/call').id },
      name: 'task_poll',
      arguments: {},
    });
    host.callTool(2, 'task_poll_3');
    await turn();
    assert.deepEqual(host.resultOf(2).structuredContent, {
      next: 'There are no tasks.',
      tasks: [],
    });
  });

  test('mind the names of every page', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const first = list(stage, host, { id: 'p1', names: ['task_control'], nextCursor: '2' });
    assert.deepEqual(first, ['task_control']);
    const last = list(stage, host, { id: 'p2', names: ['b'], cursor: '2' });
    assert.deepEqual(last, ['b', 'task_poll', 'task_control_2']);
  });

  test('are fixed once told', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    list(stage, host, { id: 'l1', names: ['a'] });
    const later = list(stage, host, { id: 'l2', names: ['task_poll'] });
    assert.deepEqual(later, ['task_poll', 'task_poll', 'task_control']);
  });

  test('stand in the sentences for the model', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    list(stage, host, { id: 'l', names: ['task_poll'] });
    host.callTool(1, 'build');
    await turn();
    const { structuredContent } = host.resultOf(1);
    assert(isJsonObject(structuredContent));
    assert.match(String(structuredContent.next), /then call task_poll_2 \{/);
  });

  test('an error instead of a list passes as it is', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.request(1, 'tools/list');
    const { id } = stage.server.last('tools/list');
    const error = { code: -32601, message: 'no tools' };
    stage.server.print({ jsonrpc: '2.0', id, error });
    assert.deepEqual(host.answerTo(1).error, error);
  });

  test('are not listed where nothing becomes a task', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'never' });
    assert.deepEqual(list(stage, host, { id: 'l', names: ['a'] }), ['a']);
    const some = await stage.greeted({ policy: 'never', tools: { 'b*': { policy: 'auto' } } });
    assert.equal(list(stage, some, { id: 'l', names: ['a'] }).length, 3);
  });

  test('a tool’s own policy decides its hand-off', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'never', tools: { 'b*': { policy: 'always' } } });
    host.callTool(1, 'build');
    host.callTool(2, 'echo');
    await turn();
    handleIn(host.resultOf(1));
    assert.deepEqual(host.answersTo(2), []);
  });

  test('free names count up', () => {
    assert.equal(freeName('x', new Set()), 'x');
    assert.equal(freeName('x', new Set(['x', 'x_2'])), 'x_3');
  });
});
