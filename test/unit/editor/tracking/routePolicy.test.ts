import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { routePolicy } from '../../../../src/editor/tracking/routePolicy.ts';
import { parseRoutePolicy } from '../../../../src/registry/parsePolicy.ts';

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

  test('takes every setting there is', () => {
    const views = { nativeTasks: 'optional', strictTaskStatus: true };
    const limits = { totalTimeoutMs: 0, idleTimeoutMs: 5, maxLiveTasks: 2, maxLiveTasksInAll: 3 };
    const policy = { ...limits, ...views };
    const tools = { x: { totalTimeoutMs: 7 } };
    assert.deepEqual(routePolicy(policy, { tools }), { ...policy, tools });
  });

  test('P8 an entry says nothing of who may answer for the person', () => {
    const settings = { agentsMayAnswer: ['build'] };
    const entry = { agentsMayAnswer: ['*'], tools: { x: { agentsMayAnswer: true } } };
    const { policy } = parseRoutePolicy(routePolicy(settings, entry));
    assert.deepEqual(policy.agentsMayAnswer, ['build']);
    assert.deepEqual(policy.tools, { x: {} });
  });

  test('P8 an entry says nothing of what is kept from eyes', () => {
    const policy = routePolicy({ redactKeys: ['customer'] }, { redactKeys: [] });
    assert.deepEqual(policy, { redactKeys: ['customer'] });
  });

  test('passes on what cannot be meant, and the broker names each', () => {
    const odd = {
      policy: 'sometimes',
      ttlMs: 'long',
      maxLiveTasks: 0.5,
      tools: { x: { ttlMs: -1 } },
    };
    const passed = routePolicy({ handOffAfterMs: 5 }, { ...odd, command: 'node', more: 1 });
    assert.deepEqual(passed, { handOffAfterMs: 5, ...odd });
    const { policy, problems } = parseRoutePolicy(passed);
    assert.deepEqual(policy, { handOffAfterMs: 5, tools: { x: {} } });
    assert.equal(problems.length, 4);
  });

  test('leaves out what is not of ours', () => {
    assert.deepEqual(routePolicy({ tools: ['*'], ttlMs: null, more: 1 }, null), {});
    assert.deepEqual(routePolicy(undefined, { tools: { x: 7 } }), {});
  });
});
