import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { adminRefusal, boundPolicy } from '../../../../src/broker/authority/authority.ts';
import { type AdminLocks, NO_LOCKS } from '../../../../src/brokerApi/adminLocks.ts';
import {
  DEFAULT_POLICY,
  MAX_TIMER_MS,
  type ResolvedPolicy,
} from '../../../../src/registry/policy.ts';

const SOURCE = { source: '/etc/x/policy.json', by: 'IT' };
const CALL = { route: { name: 'web', workspace: null }, tool: 'deploy' };

function bound(locks: Partial<AdminLocks>, policy: Partial<ResolvedPolicy> = {}): ResolvedPolicy {
  return boundPolicy({ ...DEFAULT_POLICY, ...policy }, { ...SOURCE, ...locks }, CALL);
}

function refusal(locks: Partial<AdminLocks>): string | null {
  return adminRefusal({ ...SOURCE, ...locks }, CALL);
}

suite('what administrators lock', () => {
  test('P8 a limit holds whatever the settings say', () => {
    const longest = { maxTotalTimeoutMs: 20_000, maxIdleTimeoutMs: 5_000 };
    for (const [total, idle, expected] of [
      [0, 0, [20_000, 5_000]],
      [90_000, 90_000, [20_000, 5_000]],
      [7_000, 3_000, [7_000, 3_000]],
    ] as const) {
      const policy = bound(longest, { totalTimeoutMs: total, idleTimeoutMs: idle });
      assert.deepEqual([policy.totalTimeoutMs, policy.idleTimeoutMs], expected);
    }
  });

  test('P8 a call that never becomes a task becomes one when its time is over', () => {
    const { policy, handOffAfterMs } = bound({ maxTotalTimeoutMs: 20_000 }, { policy: 'never' });
    assert.deepEqual([policy, handOffAfterMs], ['auto', 20_000]);
    const late = bound({ maxTotalTimeoutMs: 20_000 }, { handOffAfterMs: 60_000 });
    assert.equal(late.handOffAfterMs, 20_000);
    const long = bound({ maxTotalTimeoutMs: 1e12 }, { policy: 'never' });
    assert.equal(long.handOffAfterMs, MAX_TIMER_MS);
  });

  test('P8 what must be tracked is, and only that', () => {
    const mustTrack = ['web/dep*'];
    assert.equal(bound({ mustTrack }, { policy: 'never' }).policy, 'auto');
    assert.equal(bound({ mustTrack }, { policy: 'always' }).policy, 'always');
    assert.equal(bound({ mustTrack: ['other/*'] }, { policy: 'never' }).policy, 'never');
  });

  test('P8 refused tools and all new work are refused, and the model is told by whom', () => {
    assert.equal(refusal({}), null);
    assert.equal(refusal({ refusedTools: ['other/*', '*/build'] }), null);
    assert.match(
      refusal({ refusedTools: ['*/deploy'] }) ?? '',
      /^`deploy` was not started: IT \(.*\) does not allow this tool\. Do not call it again/,
    );
    assert.match(
      refusal({ refuseNewWork: 'Maintenance' }) ?? '',
      /^`deploy` was not started: .* has stopped all new work: Maintenance\. Do not call it again/,
    );
  });

  test('where nothing is locked a policy is left as it is', () => {
    assert.equal(boundPolicy(DEFAULT_POLICY, NO_LOCKS, CALL), DEFAULT_POLICY);
    assert.equal(adminRefusal(NO_LOCKS, CALL), null);
  });
});
