import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  paramOf,
  readMessage,
  type WireMessage,
  withFirstMember,
  withId,
  withOwnId,
  withOwnIdAndToken,
  withProgressToken,
} from '../../../../src/proxy/wire/wireMessage.ts';

function read(text: string): WireMessage {
  return readMessage(text) ?? assert.fail(`not a message: ${text}`);
}

suite('wireMessage', () => {
  test('tells requests, notifications and responses apart', () => {
    assert.equal(read('{"id":1,"method":"m"}').kind, 'request');
    assert.equal(read('{"method":"m"}').kind, 'notification');
    assert.equal(read('{"id":1,"result":{}}').kind, 'response');
    assert.equal(read('{"id":1,"error":{"code":1,"message":""}}').kind, 'response');
    assert.equal(read('{"result":null,"id":"x"}').kind, 'response');
  });

  test('keeps ids as they are written', () => {
    assert.equal(read('{"id":"7","method":"m"}').id, '"7"');
    assert.equal(read('{"id":12345678901234567890,"method":"m"}').id, '12345678901234567890');
    assert.equal(read('{"id":null,"method":"m"}').id, 'null');
  });

  const garbage = [
    '',
    ' ',
    'hello',
    '{}',
    '[]',
    '[{"id":1,"method":"m"}]',
    '{"id":1}',
    '"x"',
    '42',
  ];
  const cut = ['{"id":1,"method":"m"', '{"id":1,"method":"m"}}', '{"id":1,"method":"m"} x'];
  const wrong = ['{"id":1,"method":7}', '{"result":{}}', '{"id":1,"method":"m","params":}', 'null'];
  for (const text of [...garbage, ...cut, ...wrong, '{"id":1,"method":"m\\"}', '\u0000', '{"id"']) {
    test(`takes ${JSON.stringify(text)} for no message`, () => {
      assert.equal(readMessage(text), null);
    });
  }

  test('P12 puts another id in, byte for byte else', () => {
    const text = ' { "result" : {"n": 9007199254740993, "s":"\\u00e9"} ,\t"id": 5, "x":1.0 } ';
    assert.equal(withId(read(text), '"a"'), text.replace('"id": 5', '"id": "a"'));
  });

  test('P12 leaves a string that looks like a member alone', () => {
    const text = '{"params":{"arguments":{"s":"\\"id\\":3,\\"_meta\\":{}"}},"method":"m","id":3}';
    const sent = withOwnIdAndToken(read(text), 9);
    assert.equal(
      sent,
      '{"params":{"_meta":{"progressToken":9},"arguments":{"s":"\\"id\\":3,\\"_meta\\":{}"}},"method":"m","id":9}',
    );
  });

  test('asks for progress where nobody asked', () => {
    const cases: [string, string][] = [
      ['{}', '{"_meta":{"progressToken":9}}'],
      ['{ }', '{"_meta":{"progressToken":9} }'],
      ['{"_meta":{}}', '{"_meta":{"progressToken":9}}'],
      ['{"_meta":{"a":1}}', '{"_meta":{"progressToken":9,"a":1}}'],
      ['{"_meta":{"progressToken":"t"}}', '{"_meta":{"progressToken":9}}'],
      ['{"a":1}', '{"_meta":{"progressToken":9},"a":1}'],
    ];
    for (const [given, expected] of cases) {
      const sent = withOwnIdAndToken(read(`{"id":1,"method":"m","params":${given}}`), 9);
      assert.equal(sent, `{"id":9,"method":"m","params":${expected}}`);
    }
  });

  test('leaves params and _meta of a wrong kind as they are', () => {
    for (const params of [
      '[]',
      '[1]',
      'null',
      '{"_meta":null}',
      '{"_meta":[1]}',
      '{"_meta":"x"}',
    ]) {
      const sent = withOwnIdAndToken(read(`{"id":1,"method":"m","params":${params}}`), 9);
      assert.equal(sent, `{"id":9,"method":"m","params":${params}}`);
    }
    assert.equal(withOwnIdAndToken(read('{"id":1,"method":"m"}'), 9), '{"id":9,"method":"m"}');
  });

  test('replaces a given token and adds none when only forwarding', () => {
    const given = '{"id":1,"method":"m","params":{"_meta":{"progressToken":"t"}}}';
    assert.equal(
      withOwnId(read(given), 9),
      '{"id":9,"method":"m","params":{"_meta":{"progressToken":9}}}',
    );
    assert.equal(
      withOwnId(read('{"id":1,"method":"m","params":{}}'), 9),
      '{"id":9,"method":"m","params":{}}',
    );
  });

  test('gives progress the token of the downstream', () => {
    const text = '{"method":"notifications/progress","params":{"progress":1.50,"progressToken":3}}';
    assert.equal(withProgressToken(read(text), '"mine"'), text.replace(':3', ':"mine"'));
    assert.equal(withProgressToken(read('{"method":"m"}'), '1'), '{"method":"m"}');
  });

  test('reads a parameter only where params has it', () => {
    const message = read('{"id":1,"method":"m","params":{"name":"\\u0061","_meta":{"name":"b"}}}');
    assert.equal(paramOf(message, 'name'), 'a');
    assert.equal(paramOf(message, 'cursor'), undefined);
    assert.equal(paramOf(read('{"method":"m","params":[1]}'), 'name'), undefined);
  });

  test('puts a member first into an object', () => {
    const whole = (text: string) => ({ start: 0, end: text.length });
    assert.equal(withFirstMember('{"b":2}', whole('{"b":2}'), '"a":1'), '{"a":1,"b":2}');
    assert.equal(withFirstMember('{}', whole('{}'), '"a":1'), '{"a":1}');
  });
});
