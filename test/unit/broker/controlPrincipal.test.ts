import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertPerson, controlPrincipal } from '../../../src/broker/controlPrincipal.ts';
import type { ControlHello } from '../../../src/brokerApi/brokerProtocol.ts';
import { TaskHandlesError } from '../../../src/common/errors.ts';

const HELLO = { mcpTaskHandles: 1, token: '', protocol: 1, version: '1' } as const;
const TERMINAL: ControlHello = { ...HELLO, role: 'control', client: 'terminal' };
const SUPERVISOR: ControlHello = {
  ...HELLO,
  role: 'control',
  client: 'supervisor',
  onBehalfOf: { name: 'watcher', version: '2' },
};

suite('who asks over a control link', () => {
  test('P8 a supervisor is one, whatever door its request names or leaves out', () => {
    for (const named of [undefined, 'user', 'admin', 'supervisor']) {
      const { door, client } = controlPrincipal(named, SUPERVISOR);
      assert.deepEqual([door, client?.name], ['supervisor', 'watcher']);
    }
  });

  test('P8 nobody speaks for an administrator or for the broker: what is no door is a person', () => {
    const doors = ['agent', 'supervisor', 'user', 'admin', 'policy', 7, undefined].map(
      (named) => controlPrincipal(named, TERMINAL).door,
    );
    assert.deepEqual(doors, ['agent', 'supervisor', 'user', 'user', 'user', 'user', 'user']);
  });

  test('P7 only a person accepts new work again', () => {
    assertPerson(controlPrincipal('user', TERMINAL));
    const isRefused = (error: unknown) => TaskHandlesError.is(error, 'not_supported');
    assert.throws(() => assertPerson(controlPrincipal('agent', TERMINAL)), isRefused);
    assert.throws(() => assertPerson(controlPrincipal('user', SUPERVISOR)), isRefused);
  });
});
