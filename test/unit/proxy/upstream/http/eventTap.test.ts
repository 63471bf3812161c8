import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { BodyTap, EventTap } from '../../../../../src/proxy/upstream/http/eventTap.ts';

const STREAM = [
  '\uFEFF: a comment',
  'retry: 10',
  'id: e1',
  'data:',
  '',
  'event: message',
  'id: e2',
  'data: {"n":12345678901234567890,"ä":"\u{1F600}",',
  'data: "x":1.0}',
  '',
  'event: endpoint',
  'data: /message?id=1',
  '',
  'data:{"id":1}',
  '',
  'data: never ended',
].join('\n');
const TAKEN = ['{"n":12345678901234567890,"ä":"\u{1F600}",\n"x":1.0}', '{"id":1}'];
const ANSWER = '{"jsonrpc":"2.0","id":0,"result":{}}';
const OTHER = '{"jsonrpc":"2.0","method":"taken"}';
const PASSED = [
  ': a comment',
  'retry: 10',
  'id: e1',
  'data: ',
  '',
  'event: message',
  'id: e2',
  `data: ${OTHER}`,
  '',
  'event: endpoint',
  'data: /message?id=1',
  '',
  `data: ${ANSWER}`,
  '',
  '',
].join('\n');

/** What is taken, and what goes on to the transport, of a stream in pieces of this size. */
function tapped(text: string, size: number): { taken: string[]; passed: string } {
  const taken: string[] = [];
  const tap = new EventTap((data) => {
    taken.push(data);
    return data.includes('"id"') ? 'response' : 'other';
  });
  const bytes = Buffer.from(text);
  let passed = '';
  for (let at = 0; at < bytes.length; at += size) passed += tap.push(bytes.subarray(at, at + size));
  return { taken, passed };
}

suite('EventTap', () => {
  for (const [name, end] of [
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ] as const) {
    test(`P12 takes messages as they were written, lines ended by ${name}, in pieces of any size`, () => {
      const text = STREAM.replaceAll('\n', end);
      for (let size = 1; size < Buffer.byteLength(text); size++) {
        assert.deepEqual(tapped(text, size), { taken: TAKEN, passed: PASSED });
      }
    });
  }

  test('refuses a line without an end', () => {
    const tap = new EventTap(() => 'other');
    const chunk = Buffer.alloc(16 * 1024 * 1024, 'x');
    assert.throws(() => {
      for (let count = 0; count < 5; count++) tap.push(chunk);
    }, /longer than/);
  });
});

test('BodyTap takes a body whole', () => {
  const taken: string[] = [];
  const tap = new BodyTap((text) => {
    taken.push(text);
    return 'response';
  });
  const bytes = Buffer.from('{"ä":1.0}');
  assert.equal(tap.push(bytes.subarray(0, 3)) + tap.push(bytes.subarray(3)), '');
  assert.equal(tap.end(), ANSWER);
  assert.deepEqual(taken, ['{"ä":1.0}']);
});
