import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isJsonObject, type JsonObject } from '../../../../src/common/json.ts';
import {
  readMessage,
  type WireMessage,
  withId,
  withOwnId,
  withOwnIdAndToken,
} from '../../../../src/proxy/wire/wireMessage.ts';
import { RandomJson } from '../../../support/randomJson.ts';

const ROUNDS = 3000;

function read(text: string): WireMessage {
  return readMessage(text) ?? assert.fail(`not a message: ${text}`);
}

function randomRequest(random: RandomJson): string {
  const meta = random.object(2, random.pick([], [['progressToken', random.scalar()]]));
  const params = random.object(3, random.pick([], [['_meta', meta]]));
  const members = [
    ['jsonrpc', '"2.0"'],
    ['id', random.pick('1', '"x"', '12345678901234567890')],
    ['method', random.pick('"tools/call"', '"a\\"b"', '""')],
    ['params', params],
  ] as const;
  return random.space() + random.object(1, members) + random.space();
}

function randomResponse(random: RandomJson): string {
  const answer = random.pick(
    ['result', random.value(4)] as const,
    ['error', random.object(2)] as const,
  );
  return random.object(1, [['id', random.pick('7', '"y"')], answer]);
}

/** What the text says with the id, and with a progress token where `token` wants one. */
function expected(text: string, token: 'always' | 'ifGiven'): JsonObject {
  const message: JsonObject = JSON.parse(text);
  const { params } = message;
  assert(isJsonObject(params));
  const meta = isJsonObject(params._meta) ? params._meta : {};
  const changed = { ...params, _meta: { ...meta, progressToken: 77 } };
  const wantsToken = token === 'always' || 'progressToken' in meta;
  return { ...message, id: 77, params: wantsToken ? changed : params };
}

/** Whether taking `part` out of `whole` leaves `rest`: nothing else was touched. */
function isSplice(whole: string, { start, end }: { start: number; end: number }, result: string) {
  const tail = whole.length - end;
  return (
    result.startsWith(whole.slice(0, start)) && (tail === 0 || result.endsWith(whole.slice(-tail)))
  );
}

suite('wireMessage under random JSON', () => {
  test('P12 requests come out as they went in but for id and token', () => {
    const random = new RandomJson(20261123);
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = randomRequest(random);
      const message = read(text);
      const original: JsonObject = JSON.parse(text);
      assert.equal(message.kind, 'request');
      assert.equal(message.method, original.method);
      assert.deepEqual(JSON.parse(withOwnIdAndToken(message, 77)), expected(text, 'always'), text);
      assert.deepEqual(JSON.parse(withOwnId(message, 77)), expected(text, 'ifGiven'), text);
    }
  });

  test('P12 responses keep every byte outside the id', () => {
    const random = new RandomJson(42);
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = randomResponse(random);
      const message = read(text);
      const result = withId(message, '"new"');
      assert(message.idSpan !== null);
      assert(isSplice(text, message.idSpan, result), text);
      assert.deepEqual(JSON.parse(result), { ...JSON.parse(text), id: 'new' });
    }
  });

  test('damaged text is read or refused, never thrown at', () => {
    const random = new RandomJson(7);
    let refused = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = randomRequest(random);
      const at = random.below(text.length);
      const junk = random.pick('', '{', '}', '"', '\\', ',', ':', '[', ']', '\u0000', 'e', '-');
      const damaged = text.slice(0, at) + junk + text.slice(at + random.below(3));
      const message = readMessage(damaged);
      if (message === null) refused += 1;
      else assert.doesNotThrow(() => withOwnIdAndToken(message, 77), damaged);
    }
    assert(refused > ROUNDS / 4, `only ${refused} were refused`);
  });

  test('text cut anywhere is refused', () => {
    const text =
      '{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":[1,{"b":"c\\\\"}],"d":-1.5e3}}';
    for (let end = 0; end < text.length; end += 1) {
      assert.equal(readMessage(text.slice(0, end)), null, text.slice(0, end));
    }
  });
});
