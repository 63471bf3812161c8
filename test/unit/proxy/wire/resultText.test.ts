import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withoutParam } from '../../../../src/proxy/wire/members.ts';
import { withMeta, withoutMeta, withResultType } from '../../../../src/proxy/wire/resultText.ts';
import { readMessage } from '../../../../src/proxy/wire/wireMessage.ts';

suite('a result whose text is changed', () => {
  for (const [before, after] of [
    ['{}', '{"_meta":{"k":1}}'],
    ['{"a":1.0}', '{"_meta":{"k":1},"a":1.0}'],
    ['{"_meta":{"o":2}}', '{"_meta":{"k":1,"o":2}}'],
    ['{"_meta":{"k":7, "o":2}}', '{"_meta":{"k":1, "o":2}}'],
    ['{"_meta":null}', '{"_meta":null}'],
    ['[1]', '[1]'],
    ['"x"', '"x"'],
  ] as const) {
    test(`${before} gets one key more in its _meta`, () => {
      assert.equal(withMeta(before, 'k', 1), after);
    });
  }

  test('loses a key of its _meta, however it is written, and nothing else', () => {
    const text = '{"content":[],"_meta":{"a":1.0,"\\u006b":{"x":[1]},"b":"}"}}';
    assert.equal(withoutMeta(text, 'k'), '{"content":[],"_meta":{"a":1.0,"b":"}"}}');
    assert.equal(withoutMeta('{"_meta":{"k":1}}', 'k'), '{"_meta":{}}');
    assert.equal(withoutMeta('{"_meta":{"a": 1 }}', 'k'), '{"_meta":{"a": 1 }}');
  });

  test('is complete where it says no type', () => {
    assert.equal(withResultType('{"a":1}'), '{"resultType":"complete","a":1}');
    assert.equal(withResultType('{"resultType":"task"}'), '{"resultType":"task"}');
    assert.equal(withResultType('7'), '7');
  });
});

suite('a message without one of its params', () => {
  test('is the same but for that', () => {
    const text =
      '{"jsonrpc":"2.0","id":1.0,"method":"m","params":{"name":"a","task":{"ttl":1},"arguments":{"task":2}}}';
    const message = readMessage(text) ?? assert.fail();
    const stripped = withoutParam(message, 'task');
    assert.equal(stripped.text, text.replace('"task":{"ttl":1},', ''));
    assert.equal(stripped.param('task'), null);
    assert.equal(withoutParam(stripped, 'task'), stripped);
  });
});
