import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  elementsOf,
  MalformedJson,
  MemberCursor,
  memberOf,
  type Span,
} from '../../../src/common/jsonSpans.ts';

function textAt(text: string, { start, end }: Span): string {
  return text.slice(start, end);
}

function membersOf(text: string): [string, string][] {
  const members: [string, string][] = [];
  const cursor = new MemberCursor(text, 0);
  while (cursor.next()) members.push([cursor.key, textAt(text, cursor.value)]);
  return members;
}

function textOf(text: string, key: string): string | null {
  const span = memberOf(text, { start: 0, end: text.length }, key);
  return span === null ? null : textAt(text, span);
}

suite('jsonSpans', () => {
  test('visits every member with its exact text', () => {
    assert.deepEqual(membersOf('{"a":12345678901234567890, "b" :\t[1, {"c":"}"}] ,"d":-0.0}'), [
      ['a', '12345678901234567890'],
      ['b', '[1, {"c":"}"}]'],
      ['d', '-0.0'],
    ]);
  });

  test('visits nothing in an empty object', () => {
    assert.deepEqual(membersOf('{ }'), []);
  });

  test('returns the place after the object', () => {
    const cursor = new MemberCursor('{"a":1} rest', 0);
    while (cursor.next()) assert.equal(cursor.key, 'a');
    assert.equal(cursor.end, 7);
  });

  test('is not fooled by quotes and braces in strings', () => {
    assert.equal(textOf('{"a":"\\\\\\"}{","b":2}', 'b'), '2');
    assert.equal(textOf('{"a":"\\"b\\":1","b":2}', 'b'), '2');
    assert.equal(textOf('{"a":"\\\\","b":2}', 'b'), '2');
  });

  test('knows a key by its value, however it is written', () => {
    assert.equal(textOf('{"\\u0062":2}', 'b'), '2');
  });

  test('takes the last of equal keys, as JSON.parse does', () => {
    assert.equal(textOf('{"b":1,"b":2}', 'b'), '2');
  });

  test('finds no member in what is no object', () => {
    assert.equal(textOf('["b"]', 'b'), null);
    assert.equal(textOf('null', 'b'), null);
  });

  test('refuses what is nested too deeply instead of overflowing', () => {
    const deep = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    assert.equal(membersOf(deep(900)).length, 1);
    assert.throws(() => membersOf(deep(100_000)), MalformedJson);
  });

  test('tells the elements of an array with their exact text', () => {
    const text = ' [1.0, {"a":"],"} ,[ ],"x"] ';
    const texts = elementsOf(text)?.map((span) => textAt(text, span));
    assert.deepEqual(texts, ['1.0', '{"a":"],"}', '[ ]', '"x"']);
    assert.deepEqual(elementsOf('[ ]'), []);
  });

  test('tells no elements of what is no whole array', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    for (const text of ['', '{}', '[', '[1', '[1,]', '[,1]', '[1 2]', '[1] x', deep]) {
      assert.equal(elementsOf(text), null, text.slice(0, 10));
    }
  });

  const broken = ['', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{a:1}', '{"a":"x}'];
  for (const text of [...broken, '{"a":nul}', '{"a":[1}', '{"a":{"b":1]}', '{"a":+1}', '{,}']) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => membersOf(text), MalformedJson);
    });
  }
});
