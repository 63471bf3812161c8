import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FakeHost, turn } from '../../../support/fakeHost.ts';
import { handleIn, LINGER_MS, ProxyStage } from '../../../support/proxyStage.ts';

const RESULT = { content: [{ type: 'text', text: 'done' }] };

suite('the end of a connection', () => {
  test('P5 turns open calls into tasks at once', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.callTool(1, 'build');
    host.session.close();
    await turn();
    assert.equal(stage.task.status, 'working');
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    await turn();
    assert.equal(stage.task.status, 'completed');
    assert.equal(stage.task.collectedAtMs, null);
    assert.deepEqual(host.answersTo(1), []);
  });

  test('cancels open calls of tools that never become tasks', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'never' });
    host.callTool(1, 'build');
    host.session.close();
    await turn();
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
    assert.equal(stage.calls.size, 0);
    assert.equal(stage.registry.list().length, 0);
  });

  test('P13 cancels calls whose id came again before they were answered, too', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'never' });
    host.callTool(1, 'build');
    host.callTool(1, 'build');
    host.session.close();
    await turn();
    assert.equal(stage.server.all('notifications/cancelled').length, 2);
    assert.equal(stage.calls.size, 0);
  });

  test('P13 cancels a call whose id another one took and was answered under', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'never' });
    host.callTool(1, 'build');
    const { id } = stage.server.last('tools/call');
    host.callTool(1, 'build');
    stage.server.answer(id, RESULT);
    host.session.close();
    await turn();
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
    assert.equal(stage.calls.size, 0);
  });

  test('drops calls that never reached a server', async () => {
    const stage = new ProxyStage();
    const host = stage.connect();
    const release = stage.holdStarts();
    host.callTool(1, 'build');
    host.session.close();
    release();
    await turn();
    assert.deepEqual(stage.server.sent, []);
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.registry.list().length, 0);
  });

  test('during the write leaves a task that nobody is answered', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    const release = stage.store.hold();
    host.callTool(1, 'build');
    host.session.close();
    release();
    await turn();
    assert.equal(stage.task.status, 'working');
    assert.deepEqual(host.answersTo(1), []);
  });

  test('cancels other requests, so that nothing holds the server', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.request(1, 'resources/read', { uri: 'x:y' });
    host.session.close();
    assert.equal(stage.server.all('notifications/cancelled').length, 1);
    await stage.passTime(LINGER_MS);
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.pool.size, 0);
  });

  test('P13 ends an idle server after the linger', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted();
    host.session.close();
    await stage.passTime(LINGER_MS - 1);
    assert.equal(stage.server.shutDowns, 0);
    await stage.passTime(1);
    assert.equal(stage.server.shutDowns, 1);
  });

  test('P4 leaves a server alive until its task has ended', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    host.session.close();
    await stage.passTime(10 * LINGER_MS);
    assert.equal(stage.server.shutDowns, 0);
    stage.server.answer(stage.server.last('tools/call').id, RESULT);
    await stage.passTime(LINGER_MS);
    assert.equal(stage.server.shutDowns, 1);
    assert.equal(stage.task.status, 'completed');
  });

  test('answers a server that asks nobody truthfully', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    host.session.close();
    stage.server.print({ jsonrpc: '2.0', id: 's1', method: 'x/ask', params: {} });
    stage.server.print({ jsonrpc: '2.0', id: 's2', method: 'ping' });
    const [refusal, pong] = stage.server.sent.slice(-2);
    assert.match(refusal ?? '', /"id":"s1","error":.*No client is attached/);
    assert.equal(pong, '{"jsonrpc":"2.0","id":"s2","result":{}}');
  });

  test('answers what a server has asked of the host that left', async () => {
    const stage = new ProxyStage();
    const host = await stage.greeted({ policy: 'always' });
    host.callTool(1, 'build');
    stage.server.print({ jsonrpc: '2.0', id: 's1', method: 'x/ask', params: {} });
    await turn();
    host.session.close();
    assert.match(stage.server.sent.at(-1) ?? '', /"id":"s1","error":.*No client is attached/);
    const second = await stage.greeted({ policy: 'always' });
    const before = stage.server.sent.length;
    second.send('{"jsonrpc":"2.0","id":"s1","result":{}}');
    assert.equal(stage.server.sent.length, before, 'the question is closed');
  });
});

suite('adoption', () => {
  test('P5 gives an equal connection the server with its live task', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted({ policy: 'always' });
    first.callTool(1, 'build');
    await turn();
    const handle = handleIn(first.resultOf(1));
    first.session.close();
    const second = await stage.greeted({ policy: 'always' });
    assert.equal(stage.channels.length, 1);
    second.callTool(2, 'task_poll', { arguments: { handle } });
    stage.server.answer(stage.server.all('tools/call')[0]?.id, RESULT);
    await turn();
    assert.deepEqual(second.resultOf(2).content, RESULT.content);
  });

  test('answers the greeting from the record and swallows its end', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted();
    first.session.close();
    const second = await stage.greeted();
    assert.deepEqual(second.resultOf('init'), first.resultOf('init'));
    const greetings = ['initialize', 'notifications/initialized'];
    assert.deepEqual(stage.server.methods, greetings);
    second.notify('notifications/initialized');
    assert.equal(stage.server.all('notifications/initialized').length, 2);
  });

  test('needs equal capabilities', async () => {
    const stage = new ProxyStage();
    (await stage.greeted()).session.close();
    await stage.connect().initialize({ capabilities: { sampling: {} } });
    assert.equal(stage.channels.length, 2);
  });

  test('never takes a server that is being ended', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted({ policy: 'always' });
    first.callTool(1, 'build');
    await turn();
    first.session.close();
    stage.server.end = () => new Promise(() => {});
    const [call] = stage.calls.all();
    void call?.upstream?.end(1000);
    await stage.greeted();
    assert.equal(stage.channels.length, 2);
  });

  test('never takes a server that runs what a route no longer means', async () => {
    const stage = new ProxyStage();
    const before = { command: 'server', args: [], cwd: null, env: {} };
    let definition = before;
    const first = new FakeHost(stage.context, {
      name: 'r',
      workspace: null,
      policy: () => ({}),
      get definition() {
        return definition;
      },
    });
    const release = stage.holdStarts();
    const greeting = first.initialize();
    definition = { ...before, command: 'other' };
    release();
    await greeting;
    await turn();
    first.session.close();
    await stage.connect({}, { definition }).initialize();
    assert.equal(stage.channels.length, 2);
    await stage.connect({}, { definition: before }).initialize();
    assert.equal(stage.channels.length, 2);
  });

  test('needs the server to be free', async () => {
    const stage = new ProxyStage();
    await stage.greeted();
    await stage.greeted();
    assert.equal(stage.channels.length, 2);
  });

  test('keeps an adopted server beyond the linger', async () => {
    const stage = new ProxyStage();
    (await stage.greeted()).session.close();
    await stage.greeted();
    await stage.passTime(2 * LINGER_MS);
    assert.equal(stage.server.shutDowns, 0);
  });

  test('never takes a server that has gone', async () => {
    const stage = new ProxyStage();
    const first = await stage.greeted();
    first.session.close();
    stage.server.exit({});
    await stage.greeted();
    assert.equal(stage.channels.length, 2);
  });

  test('lets go of the server that a probe had started', async () => {
    const stage = new ProxyStage();
    (await stage.greeted()).session.close();
    const second = stage.connect();
    second.request('probe', 'server/discover');
    await turn();
    assert.equal(stage.channels.length, 2);
    await second.initialize();
    await stage.passTime(LINGER_MS);
    const [adopted, probed] = stage.channels;
    probed?.answer(probed.last('server/discover').id, {});
    await stage.passTime(LINGER_MS);
    assert.equal(probed?.shutDowns, 1);
    assert.equal(adopted?.shutDowns, 0);
  });
});
