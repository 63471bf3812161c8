import assert from 'node:assert/strict';
import { test } from 'node:test';
import { turn } from '../../../support/fakeHost.ts';
import { ProxyStage } from '../../../support/proxyStage.ts';

test('P13 a server that is still starting when the broker ends is ended as well', async () => {
  const stage = new ProxyStage();
  const release = stage.holdStarts();
  const host = stage.connect();
  host.request(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {} });
  await stage.pool.shutDown();
  release();
  await turn();
  assert.equal(stage.server.shutDowns, 1);
  assert.match(JSON.stringify(host.answerTo(1).error), /broker is ending/);
  host.request(2, 'ping');
  await turn();
  assert.equal(stage.channels.length, 1, 'and no other is started');
});
