import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  argumentAt,
  headerValueOf,
  isHeaderFor,
  KnownParamHeaders,
  paramHeadersOf,
} from '../../../../src/proxy/wire/paramHeaders.ts';

const annotated = (name: unknown, type: unknown = 'string') => ({ type, 'x-mcp-header': name });
const withProperties = (properties: object) => ({ type: 'object', properties });

suite('headers that repeat arguments', () => {
  test('are found at any depth of properties', () => {
    const nested = withProperties({ inner: withProperties({ region: annotated('Region') }) });
    assert.deepEqual(paramHeadersOf(nested), [
      { path: ['inner', 'region'], header: 'mcp-param-region' },
    ]);
    assert.deepEqual(paramHeadersOf({ type: 'object' }), []);
  });

  test('that are declared wrongly make the tool unusable', () => {
    const wrong = [
      withProperties({ a: annotated('') }),
      withProperties({ a: annotated(7) }),
      withProperties({ a: annotated('My Region') }),
      withProperties({ a: annotated('Régions') }),
      withProperties({ a: annotated('A', 'number') }),
      withProperties({ a: annotated('A', 'object') }),
      withProperties({ a: annotated('A'), b: annotated('a') }),
      withProperties({ a: { type: 'array', items: annotated('A') } }),
      { type: 'object', $defs: { a: annotated('A') } },
      { type: 'object', anyOf: [withProperties({ a: annotated('A') })] },
      annotated('A'),
    ];
    for (const schema of wrong) assert.equal(paramHeadersOf(schema), null, JSON.stringify(schema));
  });

  test('are plain where that is safe, else Base64', () => {
    const values: [unknown, string | null][] = [
      ['us west 1', 'us west 1'],
      ['', ''],
      [42, '42'],
      [true, 'true'],
      [' padded', '=?base64?IHBhZGRlZA==?='],
      ['line1\r\nline2', '=?base64?bGluZTENCmxpbmUy?='],
      ['世界', '=?base64?5LiW55WM?='],
      ['=?base64?eA==?=', '=?base64?PT9iYXNlNjQ/ZUE9PT89?='],
      [null, null],
      [undefined, null],
      [{ a: 1 }, null],
      [2 ** 60, null],
    ];
    for (const [value, header] of values) {
      assert.equal(headerValueOf(value), header);
      if (header !== null) assert.ok(isHeaderFor(value, header));
    }
  });

  test('are compared by what they mean', () => {
    assert.ok(isHeaderFor(42, '42.0'));
    assert.ok(isHeaderFor(null, 'whatever'));
    assert.ok(!isHeaderFor('a', undefined));
    assert.ok(!isHeaderFor('a', 'b'));
    assert.ok(!isHeaderFor('a', '=?base64?!?='));
    assert.ok(!isHeaderFor('42', '42.0'));
  });

  test('are learned from the lists that pass, which lose the tools that nobody may call', () => {
    const known = new KnownParamHeaders();
    const good = { name: 'good', inputSchema: withProperties({ a: annotated('A') }) };
    const bad = { name: 'bad', inputSchema: annotated('A') };
    const plain = { name: 'plain', inputSchema: { type: 'object' } };
    assert.deepEqual(known.learn({ tools: [good, bad, plain, 7], ttlMs: 1 }), {
      tools: [good, plain, 7],
      ttlMs: 1,
    });
    assert.deepEqual(known.of('good'), [{ path: ['a'], header: 'mcp-param-a' }]);
    for (const none of ['bad', 'plain', 'unknown', 7]) assert.deepEqual(known.of(none), []);
  });

  test('a tool whose schema is too deep to read is left out', () => {
    let deep: object = annotated('A');
    for (let depth = 0; depth < 100_000; depth++) deep = { not: deep };
    const known = new KnownParamHeaders();
    assert.deepEqual(known.learn({ tools: [{ name: 'deep', inputSchema: deep }] }), { tools: [] });
  });

  test('an argument is found by its own members only', () => {
    assert.equal(argumentAt({ a: { b: 1 } }, ['a', 'b']), 1);
    assert.equal(argumentAt({ a: 1 }, ['a', 'b']), undefined);
    assert.equal(argumentAt({}, ['constructor']), undefined);
  });
});
