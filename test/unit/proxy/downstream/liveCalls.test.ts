import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [] };

suite('liveCalls', () => {
  test('knows which calls shared a server, and keeps knowing', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'a');
    const [first] = stage.calls.all();
    assert.equal(first?.hasOverlapped, false);
    host.callTool(2, 'b');
    host.callTool(3, 'c');
    const calls = stage.calls.all();
    assert.deepEqual(
      calls.map((call) => call.hasOverlapped),
      [true, true, true],
    );
    for (const { id } of stage.server.all('tools/call')) stage.server.answer(id, RESULT);
    host.callTool(4, 'd');
    assert.equal(stage.calls.all()[0]?.hasOverlapped, false);
  });

  test('calls of two servers do not overlap', async () => {
    const stage = new ProxyStage();
    (await stage.greeted()).callTool(1, 'a');
    (await stage.greeted()).callTool(1, 'a');
    assert.equal(stage.channels.length, 2);
    assert(stage.calls.all().every((call) => !call.hasOverlapped));
  });

  test('tells the first and the last', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const sizes: number[] = [];
    stage.calls.onDidChangeLive(() => sizes.push(stage.calls.size));
    host.callTool(1, 'a');
    host.callTool(2, 'a');
    for (const { id } of stage.server.all('tools/call')) stage.server.answer(id, RESULT);
    assert.deepEqual(sizes, [1, 0]);
  });

  test('tells a shown call that ends or becomes a task', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    const told: boolean[] = [];
    stage.calls.onDidChange((call) => told.push(stage.calls.isShown(call)));
    host.callTool(1, 'a');
    await stage.passTime(1000);
    await stage.passTime(9000);
    assert.deepEqual(told, [true, false]);
    host.callTool(2, 'a');
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    assert.equal(told.length, 2);
  });

  test('finds a call by its handle until it ends', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'a');
    await stage.passTime(0);
    const { handle } = stage.task;
    assert.equal(stage.calls.ofHandle(handle)?.tool, 'a');
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    assert.equal(stage.calls.ofHandle(handle), undefined);
  });

  test('needs one timer for all calls, and leaves none behind', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    for (const id of [1, 2, 3]) host.callTool(id, 'a');
    assert.equal(stage.clock.pending, 1);
    for (const { id } of stage.server.all('tools/call')) stage.server.answer(id, RESULT);
    await stage.passTime(1000);
    assert.equal(stage.clock.pending, 0);
  });

  test('keeps each call’s own time', async () => {
    const stage = new ProxyStage();
    const slow = await stage.greeted({ handOffAfterMs: 5000 });
    const fast = await stage.greeted({ handOffAfterMs: 300 });
    slow.callTool(1, 'a');
    await stage.passTime(100);
    fast.callTool(2, 'b');
    await stage.passTime(299);
    assert.deepEqual(fast.answersTo(2), []);
    await stage.passTime(1);
    assert.equal(fast.answersTo(2).length, 1);
    const [call] = stage.calls.all();
    await stage.passTime(600);
    assert(call !== undefined && stage.calls.isShown(call));
    await stage.passTime(3999);
    assert.deepEqual(slow.answersTo(1), []);
    await stage.passTime(1);
    assert.equal(slow.answersTo(1).length, 1);
  });
});
