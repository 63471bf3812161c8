import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject } from '../../../../../src/common/json.ts';
import type { HandleId } from '../../../../../src/registry/taskRecord.ts';
import { type FakeHost, turn } from '../../../../support/fakeHost.ts';
import { handleIn, type ProxyStage } from '../../../../support/proxyStage.ts';
import { poll, structured, withTask } from '../../../../support/runningTask.ts';
import { aTask } from '../../../../support/taskRecords.ts';

const WAIT_MS = 45_000;

/** Polls until the wait is over; answers the sentence. */
async function sentence(
  stage: ProxyStage,
  host: FakeHost,
  given: { id: string; handle: HandleId; cursor?: string },
) {
  const { id, ...rest } = given;
  poll(host, id, rest);
  await turn();
  await stage.passTime(WAIT_MS);
  return String(structured(host.resultOf(id)).next);
}

suite('task_poll', () => {
  test('waits, and answers at once when the task ends', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    poll(host, 'p', { handle });
    await stage.passTime(WAIT_MS - 1);
    assert.deepEqual(host.answersTo('p'), []);
    stage.server.answer(upstreamId, { content: [], structuredContent: { a: 1 } });
    await turn();
    assert.deepEqual(structured(host.resultOf('p')), { a: 1 });
  });

  test('P12 returns the result verbatim but for our _meta', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    stage.server.print(
      `{"jsonrpc":"2.0","id":${upstreamId},"result":{"n" : 9007199254740993,"_meta":{"x":1.0},"isError":true}}`,
    );
    await turn();
    poll(host, 'p', { handle });
    await turn();
    const line = host.lines.at(-1) ?? '';
    const end = `,"x":1.0},"isError":true}}`;
    assert(line.startsWith('{"jsonrpc":"2.0","id":"p","result":{"n" : 9007199254740993,"_meta":{'));
    assert(line.endsWith(end), line);
    const { _meta } = host.resultOf('p');
    assert(isJsonObject(_meta) && isJsonObject(_meta['mcp-task-handles/task']));
    assert.equal(_meta['mcp-task-handles/task'].status, 'completed');
  });

  for (const result of ['{}', '{"_meta":null}', 'null', '[1]', '"x"']) {
    test(`returns the odd result ${result} as valid JSON`, async () => {
      const { stage, host, handle, upstreamId } = await withTask();
      stage.server.print(`{"jsonrpc":"2.0","id":${upstreamId},"result":${result}}`);
      await turn();
      poll(host, 'p', { handle });
      await turn();
      assert.equal(host.answerTo('p').id, 'p');
    });
  }

  test('may be repeated: the result stays', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    stage.server.answer(upstreamId, { content: [{ type: 'text', text: 'x' }] });
    await turn();
    for (const id of ['p1', 'p2']) {
      poll(host, id, { handle });
      await turn();
      assert.deepEqual(host.resultOf(id).content, [{ type: 'text', text: 'x' }]);
    }
    assert.notEqual(stage.task.collectedAtMs, null);
  });

  test('counts polls that name no cursor, and says stop from the fourth', async () => {
    const { stage, host, handle } = await withTask();
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      const said = await sentence(stage, host, { id, handle });
      assert(said.endsWith(`Call task_poll {"handle":"${handle}","cursor":"${index + 2}"}.`), said);
    }
    const fourth = await sentence(stage, host, { id: 'd', handle });
    assert.match(fourth, /^Still running\. Stop polling: .* The result is kept for 24 h\.$/);
  });

  test('believes a cursor that is ahead, from another connection', async () => {
    const { stage, host, handle } = await withTask();
    const said = await sentence(stage, host, { id: 'p', handle, cursor: '4' });
    assert.match(said, /Stop polling/);
  });

  test('bounds the wait and takes nonsense for the default', async () => {
    const { stage, host, handle } = await withTask();
    poll(host, 'long', { handle, waitMs: 10_000_000 });
    poll(host, 'odd', { handle, waitMs: 'soon', cursor: { a: 1 } });
    poll(host, 'now', { handle, waitMs: 0 });
    await turn();
    assert.equal(host.answersTo('now').length, 1);
    await stage.passTime(WAIT_MS);
    assert.equal(host.answersTo('odd').length, 1);
    assert.deepEqual(host.answersTo('long'), []);
    await stage.passTime(5000);
    assert.equal(host.answersTo('long').length, 1);
  });

  test('P10 passes the last progress also where the end comes right after it, and once', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    poll(host, 'p', { handle }, { _meta: { progressToken: 'mine' } });
    await turn();
    for (const progress of [1, 2, 3]) {
      const params = { progressToken: upstreamId, progress, total: 3 };
      stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    }
    stage.server.answer(upstreamId, { content: [] });
    await turn();
    assert.deepEqual(host.resultOf('p').content, []);
    const told = host.notifications('notifications/progress').map(({ params }) => params);
    assert.deepEqual(
      told.map((params) => (params as { progress: number }).progress),
      [1, 3],
    );
    poll(host, 'q', { handle }, { _meta: { progressToken: 'yours' } });
    await turn();
    assert.equal(host.notifications('notifications/progress').length, 2);
  });

  test('passes the task’s progress under the poll’s own token', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    poll(host, 'p', { handle }, { _meta: { progressToken: 'mine' } });
    await turn();
    const params = { progressToken: upstreamId, progress: 2, total: 5, message: 'half' };
    stage.server.print({ jsonrpc: '2.0', method: 'notifications/progress', params });
    const [told] = host.notifications('notifications/progress');
    assert.deepEqual(told?.params, { ...params, progressToken: 'mine' });
    await stage.passTime(WAIT_MS);
    assert.equal(structured(host.resultOf('p')).percent, 40);
  });

  test('says why there is no result', async () => {
    const { stage, host, handle } = await withTask();
    stage.server.exit({ code: 9 });
    await turn();
    poll(host, 'p', { handle });
    await turn();
    const result = host.resultOf('p');
    assert.equal(result.isError, true);
    assert.equal(structured(result).status, 'failed');
    assert.match(String(structured(result).next), /failed, because its server ended/);
  });

  test('P8 has the same words for unknown and malformed handles', async () => {
    const { host } = await withTask();
    const handles = [`th_${'b'.repeat(26)}`, 'nonsense', 7, ['x'], { a: 1 }];
    const answers: unknown[] = [];
    for (const [index, handle] of handles.entries()) {
      poll(host, `p${index}`, { handle });
      await turn();
      answers.push(host.resultOf(`p${index}`));
    }
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert(isJsonObject(answers[0]));
    assert.equal(answers[0].isError, true);
  });

  test('without a handle lists this route’s tasks, live first', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    stage.server.answer(upstreamId, { content: [] });
    host.callTool('call2', 'test');
    await turn();
    const other = stage.connect({ policy: 'always' }, { name: 'other' });
    await other.initialize();
    other.callTool('x', 'elsewhere');
    await turn();
    poll(host, 'list', {});
    await turn();
    const { tasks } = structured(host.resultOf('list'));
    assert(Array.isArray(tasks));
    const live = handleIn(host.resultOf('call2'));
    assert.deepEqual(
      tasks.map((task) => [task.handle, task.status]),
      [
        [live, 'working'],
        [handle, 'completed'],
      ],
    );
  });

  test('P4 accepts a handle of another route', async () => {
    const { stage, handle, upstreamId } = await withTask();
    stage.server.answer(upstreamId, { content: [], structuredContent: { a: 1 } });
    const other = stage.connect({}, { name: 'other', workspace: 'w' });
    await other.initialize();
    poll(other, 'p', { handle });
    await turn();
    assert.deepEqual(structured(other.resultOf('p')), { a: 1 });
  });

  test('a cancelled poll answers nobody and leaves the task', async () => {
    const { stage, host, handle } = await withTask();
    poll(host, 'p', { handle });
    host.notify('notifications/cancelled', { requestId: 'p' });
    await stage.passTime(WAIT_MS);
    assert.deepEqual(host.answersTo('p'), []);
    assert.equal(stage.task.status, 'working');
  });

  test('P2 no poll reaches the server', async () => {
    const { stage, host, handle } = await withTask();
    poll(host, 'p', { handle, waitMs: 0 });
    await turn();
    assert.equal(stage.server.all('tools/call').length, 1);
  });

  test('arguments that are no object get a tool error', async () => {
    const { host } = await withTask();
    host.callTool('p', 'task_poll', { arguments: [1] });
    await turn();
    assert.equal(host.resultOf('p').isError, true);
  });
});

suite('P1 task_poll of a handle that is not at hand', () => {
  test('returns the result from an archive', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    stage.server.answer(upstreamId, { content: [], structuredContent: { a: 1 } });
    await turn();
    await stage.registry.archive([handle]);
    poll(host, 'p', { handle });
    await turn();
    assert.deepEqual(structured(host.resultOf('p')), { a: 1 });
    assert.deepEqual(stage.warnings, []);
  });

  test('says that it has expired, and so does task_control', async () => {
    const { stage, host, handle, upstreamId } = await withTask();
    stage.server.answer(upstreamId, { content: [] });
    await turn();
    await stage.registry.expire([handle]);
    poll(host, 'p', { handle });
    host.callTool('c', 'task_control', { arguments: { handle, action: 'revoke' } });
    await turn();
    for (const id of ['p', 'c']) {
      assert.match(JSON.stringify(host.resultOf(id)), new RegExp(`${handle} has expired`));
    }
  });

  test('says that a newer version has written it', async () => {
    const { stage, host } = await withTask();
    const future = aTask();
    stage.registry.addStored([{ ...future, schemaVersion: 99 }]);
    poll(host, 'p', { handle: future.handle });
    await turn();
    assert.match(JSON.stringify(host.resultOf('p')), /recorded by a newer version/);
  });
});
