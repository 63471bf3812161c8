import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { classify, readHostMessage } from '../../../../src/cli/connect/hostMessage.ts';

suite('hostMessage', () => {
  const lines = [
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}',
    '{"method":"m","params":{"_meta":{}},"jsonrpc":"2.0","id":"x\\u0041"}',
    '{"id":null,"method":"m"}',
    '{"id":{"a":1},"method":"m"}',
    '{"id":1e3,"method":"m"}',
    '{"jsonrpc":"2.0","id":7,"result":{"method":"no"}}',
    '{"result":null,"id":"a"}',
    '{"error":{"code":1,"message":"x"},"id":7}',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}',
    '{"jsonrpc":"2.0","method":"notifications/cancelled"}',
    '{"method":"notifications/initialized"}',
    '{"\\u0069d":4,"method":"m"}',
  ];
  for (const line of lines) {
    test(`reads ${line} as parsing does`, () => {
      assert.deepEqual(readHostMessage(line), classify(JSON.parse(line)));
    });
  }

  for (const line of ['', 'x', '[]', '[{"id":1,"method":"m"}]', '{}', '{"id":1', '{"error":{}}']) {
    test(`leaves ${JSON.stringify(line)} to parsing`, () => {
      assert.equal(readHostMessage(line), null);
    });
  }

  test('does not look into params that decide nothing', () => {
    const message = readHostMessage('{"method":"notifications/progress","params":{"a":1}}');
    assert.deepEqual(message, {
      kind: 'notification',
      method: 'notifications/progress',
      params: undefined,
    });
  });
});
