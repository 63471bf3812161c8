import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FakeChannel } from '../../../support/fakeChannel.ts';
import { type FakeHost, turn } from '../../../support/fakeHost.ts';
import { d2 } from '../../../support/modernRequest.ts';
import { discovers, ProxyStage } from '../../../support/proxyStage.ts';

const CONTENT = [{ type: 'text', text: 'done' }];
const DONE = { resultType: 'complete', content: CONTENT };

function answerCall(server: FakeChannel | undefined, result: object): void {
  server?.answer(server.last('tools/call').id, result);
}

suite('a modern call with an upstream of its own', () => {
  async function modern(): Promise<{ stage: ProxyStage; host: FakeHost }> {
    const stage = new ProxyStage();
    stage.script = discovers;
    const host = stage.connect({ isolation: 'perCall' });
    host.request('d', 'server/discover', d2());
    await turn();
    return { stage, host };
  }

  const ASKS = {
    resultType: 'input_required',
    requestState: 's/1',
    inputRequests: { q: { method: 'elicitation/create', params: { message: '?' } } },
  };

  test('is told nothing of its client but the call', async () => {
    const { stage, host } = await modern();
    host.request(1, 'tools/call', d2({ name: 'build' }));
    await turn();
    assert.equal(stage.channels.length, 2);
    const told = stage.server.methods.filter((method) => method !== 'server/discover');
    assert.deepEqual(told, ['tools/call']);
    answerCall(stage.server, DONE);
    await turn();
    assert.deepEqual(host.resultOf(1).content, CONTENT);
    assert.equal(stage.server.shutDowns, 1);
  });

  test('comes again with the answers to the server that asked', async () => {
    const { stage, host } = await modern();
    host.request(1, 'tools/call', d2({ name: 'build' }));
    await turn();
    answerCall(stage.server, ASKS);
    await turn();
    assert.equal(stage.server.shutDowns, 0);
    const line = JSON.stringify({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: d2({ name: 'build', requestState: 's/1', inputResponses: { q: {} } }),
    });
    host.send(line.replace('s/1', 's\\/1'));
    await turn();
    assert.equal(stage.channels.length, 2);
    assert.equal(stage.server.all('tools/call').length, 2);
    answerCall(stage.server, DONE);
    await turn();
    assert.deepEqual(host.resultOf(2).content, CONTENT);
    assert.equal(stage.server.shutDowns, 1);
  });

  test('comes again to one server each, where two have asked with the same state', async () => {
    const { stage, host } = await modern();
    for (const id of [1, 2]) host.request(id, 'tools/call', d2({ name: 'build' }));
    await turn();
    const [, first, second] = stage.channels;
    for (const server of [first, second]) answerCall(server, ASKS);
    await turn();
    const again = d2({ name: 'build', requestState: 's/1', inputResponses: { q: {} } });
    for (const id of [3, 4]) host.request(id, 'tools/call', again);
    await turn();
    assert.equal(stage.channels.length, 3);
    for (const [at, server] of [first, second].entries()) {
      assert.equal(server?.all('tools/call').length, 2);
      answerCall(server, DONE);
      await turn();
      assert.deepEqual(host.resultOf(3 + at).content, CONTENT);
      assert.equal(server?.shutDowns, 1);
    }
  });

  test('P13 leaves no server when its client leaves, where two have asked with the same state', async () => {
    const { stage, host } = await modern();
    for (const id of [1, 2]) host.request(id, 'tools/call', d2({ name: 'build' }));
    await turn();
    const own = stage.channels.slice(1);
    for (const server of own) answerCall(server, ASKS);
    await turn();
    host.session.close();
    await turn();
    assert.deepEqual(
      own.map(({ shutDowns }) => shutDowns),
      [1, 1],
    );
  });

  test('P13 whose client never comes again leaves no server', async () => {
    const { stage, host } = await modern();
    host.request(1, 'tools/call', d2({ name: 'build' }));
    await turn();
    answerCall(stage.server, ASKS);
    await stage.passTime(3_600_000);
    assert.equal(stage.server.shutDowns, 1);
    const other = await modern();
    other.host.request(1, 'tools/call', d2({ name: 'build' }));
    await turn();
    answerCall(other.stage.server, ASKS);
    other.host.session.close();
    await turn();
    assert.equal(other.stage.server.shutDowns, 1);
  });
});
