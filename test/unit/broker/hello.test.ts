import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readHello } from '../../../src/broker/hello.ts';
import { CONTROL_PROTOCOL } from '../../../src/brokerApi/brokerProtocol.ts';
import { VERSION } from '../../../src/common/product.ts';

const TOKEN = 'ab'.repeat(32);
const base = { mcpTaskHandles: 1, token: TOKEN, protocol: CONTROL_PROTOCOL, version: VERSION };
const read = (more: object) => readHello(JSON.stringify({ ...base, ...more }), TOKEN);

suite('hello line', () => {
  test('a control client is read, an unknown kind is a terminal', () => {
    assert.deepEqual(read({ role: 'control', client: 'editor' }), {
      hello: { ...base, role: 'control', client: 'editor' },
    });
    assert.deepEqual(read({ role: 'control', client: 'toaster' }), {
      hello: { ...base, role: 'control', client: 'terminal' },
    });
  });

  test('a connect is read with its definition, members of ours only', () => {
    const definition = { command: 'c', args: ['a'], cwd: '/w', env: { K: 'v' } };
    const policy = { policy: 'always', tools: { 'a*': { ttlMs: 60_000 } } };
    const said = { role: 'connect', route: 'r', workspace: 'w', definition, policy, odd: 1 };
    assert.deepEqual(read(said), {
      hello: { ...base, role: 'connect', route: 'r', workspace: 'w', definition, policy },
    });
    assert.deepEqual(read({ role: 'connect', route: 'r' }), {
      hello: { ...base, role: 'connect', route: 'r', workspace: null },
    });
  });

  test('what of a policy is not taken as written is told beside the hello', () => {
    const reading = read({ role: 'connect', route: 'r', policy: { ttlMs: 0 } });
    assert.ok('hello' in reading && reading.hello.role === 'connect');
    assert.deepEqual(reading.hello.policy, { ttlMs: 60_000 });
    assert.match(reading.problems?.join() ?? '', /"ttlMs" is 0, .* 60000 holds/);
  });

  test('what cannot be meant is refused with a code', () => {
    const cases: [object, string][] = [
      [{ role: 'connect' }, 'invalid_message'],
      [{ role: 'connect', route: '' }, 'invalid_message'],
      [{ role: 'other' }, 'invalid_message'],
      [{ role: 'control', version: 3 }, 'invalid_message'],
      [{ role: 'control', protocol: '1' }, 'invalid_message'],
      [{ role: 'control', mcpTaskHandles: 2 }, 'invalid_message'],
      [{ role: 'connect', route: 'r', definition: { command: ' ' } }, 'invalid_definition'],
      [
        { role: 'connect', route: 'r', definition: { command: 'c', args: [1] } },
        'invalid_definition',
      ],
      [
        { role: 'connect', route: 'r', definition: { command: 'c', env: { a: 1 } } },
        'invalid_definition',
      ],
      [{ role: 'connect', route: 'r', policy: [] }, 'invalid_definition'],
      [{ role: 'connect', route: 'r', policy: { tools: { a: null } } }, 'invalid_definition'],
    ];
    for (const [said, code] of cases) {
      const reading = read(said);
      assert.ok('refusal' in reading, JSON.stringify(said));
      assert.equal(reading.refusal.code, code, JSON.stringify(said));
    }
  });
});
