import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { routePolicy } from '../../../../src/editor/tracking/routePolicy.ts';

suite('routePolicy', () => {
  test('lets the entry of a server say more than the settings', () => {
    const settings = {
      policy: 'auto',
      handOffAfterMs: 10_000,
      tools: { 'test*': { policy: 'always' }, echo: { policy: 'never' } },
    };
    const entry = { command: 'node', handOffAfterMs: 1_000, tools: { echo: { policy: 'auto' } } };
    assert.deepEqual(routePolicy(settings, entry), {
      policy: 'auto',
      handOffAfterMs: 1_000,
      tools: { 'test*': { policy: 'always' }, echo: { policy: 'auto' } },
    });
  });

  test('takes the limits of a server, and those alone of a server', () => {
    const limits = { totalTimeoutMs: 0, idleTimeoutMs: 5, maxLiveTasks: 2, maxLiveTasksInAll: 3 };
    const tools = { x: { totalTimeoutMs: 7, maxLiveTasks: 1 } };
    assert.deepEqual(routePolicy(limits, { tools }), {
      ...limits,
      tools: { x: { totalTimeoutMs: 7 } },
    });
  });

  test('leaves out what cannot be meant', () => {
    const odd = {
      policy: 'sometimes',
      handOffAfterMs: -1,
      ttlMs: 'long',
      pollIntervalMs: Number.NaN,
      tools: ['*'],
      totalTimeoutMs: '4h',
      maxLiveTasks: 0.5,
      more: 1,
    };
    assert.deepEqual(routePolicy(odd, null), {});
    assert.deepEqual(routePolicy(undefined, { tools: { x: 7 } }), { tools: { x: {} } });
  });
});
