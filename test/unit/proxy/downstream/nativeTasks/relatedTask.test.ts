import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { JsonObject } from '../../../../../src/common/json.ts';
import { turn } from '../../../../support/fakeHost.ts';
import { d1Host, withLegacyTask } from '../../../../support/nativeHost.ts';

const CALL = 'mcp-task-handles/call';
const RELATED = 'io.modelcontextprotocol/related-task';

function question(_meta: object): object {
  const params = { message: 'sure?', requestedSchema: { type: 'object' }, _meta };
  return { jsonrpc: '2.0', id: 'ask', method: 'elicitation/create', params };
}

suite('a question of a server about a task', () => {
  test('names our task to a client with tasks', async () => {
    const { stage, host, handle, upstreamId } = await withLegacyTask();
    stage.server.print(question({ [CALL]: upstreamId, own: 1 }));
    const [{ params } = { params: {} }] = host.notifications('elicitation/create');
    assert.deepEqual((params as JsonObject)._meta, { [RELATED]: { taskId: handle }, own: 1 });
    await stage.passTime(0);
  });

  test('names nothing to others', async () => {
    const { stage, host } = await d1Host({ policy: 'always' });
    host.callTool(1, 'build');
    await turn();
    const { id } = stage.server.last('tools/call');
    for (const [given, left] of [
      [{ [CALL]: id, own: 1 }, { own: 1 }],
      [{ [CALL]: id }, undefined],
      [{ own: 1 }, { own: 1 }],
      [{ [CALL]: 999 }, undefined],
    ] as const) {
      stage.server.print(question(given));
      const params = host.notifications('elicitation/create').at(-1)?.params;
      assert.deepEqual((params as JsonObject)._meta, left);
    }
    await stage.passTime(0);
  });
});
