import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseRoutePolicy } from '../../../src/registry/parsePolicy.ts';
import {
  DEFAULT_POLICY,
  mayAgentAnswer,
  mayAgentsAnswer,
  mayRunNatively,
  resolvePolicy,
  taskSupportOf,
} from '../../../src/registry/policy.ts';

suite('resolvePolicy', () => {
  test('defaults hold where nobody said anything', () => {
    assert.deepEqual(resolvePolicy({}, 'build'), {
      policy: 'auto',
      nativeTasks: 'never',
      isolation: 'shared',
      agentsMayAnswer: [],
      redactKeys: [],
      handOffAfterMs: 10_000,
      ttlMs: 86_400_000,
      pollIntervalMs: 5_000,
      revokeGraceMs: 2_000,
      idleTimeoutMs: 600_000,
      totalTimeoutMs: 14_400_000,
      reattachTimeoutMs: 600_000,
      maxLiveTasks: 100,
      maxLiveTasksInAll: 1_000,
    });
  });

  test('the last matching glob wins', () => {
    const policy = {
      handOffAfterMs: 1,
      tools: {
        '*': { handOffAfterMs: 2, ttlMs: 7 },
        'run_?est*': { handOffAfterMs: 3 },
        other: { handOffAfterMs: 4 },
      },
    };
    assert.equal(resolvePolicy(policy, 'run_tests').handOffAfterMs, 3);
    assert.equal(resolvePolicy(policy, 'run_tests').ttlMs, 7);
    assert.equal(resolvePolicy(policy, 'build').handOffAfterMs, 2);
  });

  for (const [glob, tool, matches] of [
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abb', false],
    ['a*b*c', 'a-b-b-c', true],
    ['?', '', false],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
    ['build', 'Build', false],
  ] as const) {
    test(`glob ${glob} ${matches ? 'matches' : 'passes by'} "${tool}"`, () => {
      const resolved = resolvePolicy({ tools: { [glob]: { policy: 'always' } } }, tool);
      assert.equal(resolved.policy, matches ? 'always' : 'auto');
    });
  }

  test('a glob of many stars ends soon', () => {
    const tools = { [`${'*a'.repeat(40)}b`]: { ttlMs: 1 } };
    assert.equal(resolvePolicy({ tools }, 'a'.repeat(5_000)).ttlMs, DEFAULT_POLICY.ttlMs);
  });

  test('values that cannot be meant give way to the default', () => {
    const wrong = JSON.parse(
      '{"policy":"maybe","nativeTasks":true,"ttlMs":-1,"handOffAfterMs":"5","revokeGraceMs":null,"maxLiveTasks":0}',
    );
    assert.deepEqual(resolvePolicy(wrong, 'build'), DEFAULT_POLICY);
  });

  test('a delay longer than a timer holds is cut', () => {
    assert.equal(resolvePolicy({ handOffAfterMs: 1e12 }, 'x').handOffAfterMs, 2_147_483_647);
    assert.equal(resolvePolicy({ ttlMs: 1e12 }, 'x').ttlMs, 1e12);
    assert.equal(resolvePolicy({ totalTimeoutMs: 1e12 }, 'x').totalTimeoutMs, 1e12);
  });
});

suite('agents that answer for the person', () => {
  test('P8 may do so for the tools that are named alone', () => {
    const policy = { agentsMayAnswer: ['dep*'] };
    assert.equal(mayAgentAnswer(resolvePolicy(policy, 'deploy'), 'deploy'), true);
    assert.equal(mayAgentAnswer(resolvePolicy(policy, 'build'), 'build'), false);
    assert.deepEqual([mayAgentsAnswer(policy), mayAgentsAnswer({})], [true, false]);
  });

  test('a value that is no list of tools allows nothing, and is named', () => {
    const { policy, problems } = parseRoutePolicy({ agentsMayAnswer: true });
    assert.deepEqual(policy, {});
    assert.match(problems[0] ?? '', /agentsMayAnswer/);
  });
});

suite('arguments that are kept from eyes', () => {
  test('P8 are those that the person named, for every tool', () => {
    const { policy, problems } = parseRoutePolicy({ redactKeys: ['accountNo', 'ss.n'] });
    assert.deepEqual(problems, []);
    assert.deepEqual(resolvePolicy(policy, 'build').redactKeys, ['accountNo', 'ss.n']);
  });

  for (const [value, kept] of [
    ['accountNo', []],
    [{ accountNo: true }, []],
    [
      ['a', 7, '', ' ', 'b\n', 'c'.repeat(101), 'd'],
      ['a', 'd'],
    ],
  ] as const) {
    test(`of ${JSON.stringify(value).slice(0, 40)} what can be meant holds, and one line says so`, () => {
      const { policy, problems } = parseRoutePolicy({ redactKeys: value });
      assert.deepEqual(policy.redactKeys, kept);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^"redactKeys" must be a list of names of arguments/);
    });
  }
});

suite('MCP’s own tasks', () => {
  test('are for the tools that may become tasks', () => {
    const policy = { nativeTasks: 'optional', tools: { 'x*': { policy: 'never' } } } as const;
    assert.equal(taskSupportOf(resolvePolicy(policy, 'build')), 'optional');
    assert.equal(taskSupportOf(resolvePolicy(policy, 'x1')), 'never');
  });

  for (const [policy, isNative] of [
    [{}, false],
    [{ nativeTasks: 'never' }, false],
    [{ nativeTasks: 'optional' }, true],
    [{ tools: { x: { nativeTasks: 'required' } } }, true],
    [{ nativeTasks: 'optional', policy: 'never' }, false],
  ] as const) {
    test(`${JSON.stringify(policy)} ${isNative ? 'offers' : 'offers no'} tasks`, () => {
      assert.equal(mayRunNatively(policy), isNative);
    });
  }

  test('a setting that is none of theirs is named', () => {
    const { policy, problems } = parseRoutePolicy({
      nativeTasks: 'always',
      strictTaskStatus: 'yes',
      tools: { x: { nativeTasks: 'required', strictTaskStatus: true } },
    });
    assert.deepEqual(policy, { tools: { x: { nativeTasks: 'required' } } });
    assert.equal(problems.length, 3);
    assert.deepEqual(parseRoutePolicy({ strictTaskStatus: true }).policy, {
      strictTaskStatus: true,
    });
  });
});

suite('parseRoutePolicy', () => {
  test('a good policy comes through whole', () => {
    const value = { policy: 'always', maxLiveTasks: 1, tools: { 'b*': { handOffAfterMs: 0 } } };
    assert.deepEqual(parseRoutePolicy(value), { policy: value, problems: [] });
  });

  test('no policy is an empty one', () => {
    assert.deepEqual(parseRoutePolicy(undefined), { policy: {}, problems: [] });
  });

  for (const value of [7, 'auto', [], true]) {
    test(`${JSON.stringify(value)} is told in one line`, () => {
      const { policy, problems } = parseRoutePolicy(value);
      assert.deepEqual(policy, {});
      assert.equal(problems.length, 1);
    });
  }

  test('each fault gets one line and hides nothing', () => {
    const { policy, problems } = parseRoutePolicy({
      policy: 'sometimes',
      handOffAfterMs: -1,
      ttlMs: 60_000,
      colour: 'red',
      maxLiveTasksInAll: 1.5,
      tools: { a: 1, b: { revokeGraceMs: 'x', pollIntervalMs: 10, maxLiveTasks: 1 } },
    });
    assert.deepEqual(policy, { ttlMs: 60_000, tools: { b: { pollIntervalMs: 10 } } });
    assert.deepEqual(
      problems.map((line) => line.split('"')[1]),
      [
        'maxLiveTasksInAll',
        'policy',
        'handOffAfterMs',
        'colour',
        'tools.a',
        'tools.b.revokeGraceMs',
        'tools.b.maxLiveTasks',
      ],
    );
    for (const line of problems) assert.ok(!line.includes('\n'));
  });

  for (const [ttlMs, holds] of [
    [0, 60_000],
    [59_999, 60_000],
    [10 * 365 * 86_400_000, 366 * 86_400_000],
  ] as const) {
    test(`a time-to-live of ${ttlMs} ms becomes ${holds}, and a line says so`, () => {
      const { policy, problems } = parseRoutePolicy({ tools: { b: { ttlMs } } });
      assert.deepEqual(policy, { tools: { b: { ttlMs: holds } } });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', new RegExp(`"tools.b.ttlMs" is ${ttlMs}, .* ${holds} holds`));
    });
  }
});
