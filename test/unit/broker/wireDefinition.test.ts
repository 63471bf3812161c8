import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDefinition, parsePolicy } from '../../../src/broker/wireDefinition.ts';

const GOOD = { command: 'a', args: ['b'], cwd: '/c', env: { D: 'e' } };

test('P8 a definition with a zero character is refused without a word of it', () => {
  assert.deepEqual(parseDefinition(GOOD), GOOD);
  for (const bad of [
    { command: 'secret\0' },
    { args: ['secret\0'] },
    { cwd: 'secret\0' },
    { env: { D: 'secret\0' } },
    { env: { 'secret\0': 'e' } },
  ]) {
    assert.throws(
      () => parseDefinition({ ...GOOD, ...bad }),
      (error: Error) => /zero character/.test(error.message) && !error.message.includes('secret'),
    );
  }
});

test('a policy value that cannot be meant is left out with a line', () => {
  const { policy, problems } = parsePolicy({ policy: 'always', ttlMs: 'soon' });
  assert.deepEqual(policy, { policy: 'always' });
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^"ttlMs" must be a number/);
});

test('a policy of the wrong shape is refused', () => {
  assert.throws(() => parsePolicy([]), /`policy` that is not an object/);
  assert.throws(() => parsePolicy({ tools: { a: 1 } }), /`tools` that are not objects/);
});

test('a remote server is read with its headers; it speaks Streamable HTTP if it does not say', () => {
  const url = 'https://h.example/mcp?a=b';
  assert.deepEqual(parseDefinition({ url }), { type: 'http', url, headers: {} });
  const whole = { type: 'sse', url, headers: { Authorization: 'Bearer t' } };
  assert.deepEqual(parseDefinition(whole), whole);
});

test('P8 what is wrong with a remote server is said without a word of its secrets', () => {
  const good = { type: 'http', url: 'https://h.example/mcp', headers: {} };
  const bad: [object, RegExp][] = [
    [{ url: 'secret' }, /`url` that is none/],
    [{ url: 7 }, /`url` that is none/],
    [{ url: 'file:///secret' }, /not http or https/],
    [{ url: 'https://me:secret@h.example/' }, /Authorization header/],
    [{ type: 'ws' }, /not http or sse/],
    [{ headers: ['secret'] }, /not a map of strings/],
    [{ headers: { A: 7 } }, /`A` that is not a string/],
    [{ headers: { A: 'secret\r\nB: c' } }, /`A` with a line break/],
    [{ headers: { A: 'secret\u{2028}' } }, /`A` with a line break/],
    [{ headers: { 'secret\n': 'a' } }, /whose name is none/],
  ];
  for (const [members, words] of bad) {
    assert.throws(
      () => parseDefinition({ ...good, ...members }),
      (error: Error) => words.test(error.message) && !error.message.includes('secret'),
    );
  }
});
