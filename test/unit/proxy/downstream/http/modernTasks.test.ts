import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { envelope, HttpStage } from '../../../../support/httpStage.ts';
import { NO_HANDLE } from '../../../../support/nativeHost.ts';

const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';
const D3 = envelope('d3', { extensions: { 'io.modelcontextprotocol/tasks': {} } });

suite('modern clients with the tasks extension over HTTP', () => {
  test('get a task, its changes as a stream, and its result', async (t) => {
    const http = await HttpStage.open(t, { policy: 'always' });
    const call = http.ask(1, 'tools/call', { _meta: D3, name: 'build', arguments: {} });
    const { id } = await http.sent('tools/call');
    const { taskId } = (await call.json()).result as JsonObject;
    const listening = http.ask('l', 'subscriptions/listen', {
      _meta: D3,
      notifications: { taskIds: [taskId] },
    });
    await listening.message(({ method }) => method === 'notifications/tasks');
    http.stage.server.answer(id, { resultType: 'complete', content: [] });
    const isEnd = ({ params }: JsonObject) => (params as JsonObject).status === 'completed';
    const end = await listening.message(isEnd);
    const { _meta, result } = end.params as JsonObject;
    assert.deepEqual(_meta, { [SUBSCRIPTION]: 'l' });
    assert.deepEqual(result, { resultType: 'complete', content: [] });
    const [first] = listening.messages;
    assert.equal(first?.method, 'notifications/subscriptions/acknowledged');
    const got = (await http.ask(2, 'tasks/get', { _meta: D3, taskId }).json()).result as JsonObject;
    assert.deepEqual(got.result, result);
    listening.drop();
  });

  test('are told by the HTTP status what is wrong', async (t) => {
    const http = await HttpStage.open(t);
    const taskId = NO_HANDLE;
    for (const [method, _meta, status, code] of [
      ['tasks/get', D3, 200, -32602],
      ['tasks/get', envelope(), 400, -32021],
      ['tasks/result', D3, 404, -32601],
    ] as const) {
      const asked = http.ask(1, method, { _meta, taskId });
      assert.deepEqual([await asked.status(), await asked.errorCode()], [status, code]);
    }
  });
});
