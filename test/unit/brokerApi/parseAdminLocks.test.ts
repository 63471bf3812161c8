import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { adminPolicyPath } from '../../../src/brokerApi/adminPolicyFile.ts';
import { lockLines } from '../../../src/brokerApi/lockWords.ts';
import { parseAdminLocks } from '../../../src/brokerApi/parseAdminLocks.ts';

const SOURCE = '/etc/x/policy.json';

function parse(value: unknown) {
  return parseAdminLocks(typeof value === 'string' ? value : JSON.stringify(value), SOURCE);
}

suite('an administrator’s file', () => {
  test('P8 says what is locked, and by whom', () => {
    const policy = {
      by: 'IT, it@example.org',
      maxTotalTimeoutMs: 3_600_000,
      maxIdleTimeoutMs: 60_000,
      mustTrack: ['*/build'],
      refusedTools: ['*/deploy'],
      failOpen: false,
      refuseNewWork: 'Maintenance until Monday',
    };
    const parsed = parse(policy);
    assert.deepEqual(parsed, { locks: { ...policy, source: SOURCE } });
    assert.equal(lockLines({ ...policy, failOpen: false, source: SOURCE }).length, 6);
  });

  test('an empty object locks nothing', () => {
    assert.deepEqual(parse('\uFEFF{}'), { locks: { by: null, source: SOURCE } });
    assert.deepEqual(lockLines({ by: null, source: SOURCE }), []);
  });

  test('members of another version are told, and the others hold', () => {
    const unknown = ['"colour" is not known', '"source" is not known', '"problem" is not known'];
    assert.deepEqual(parse({ colour: 1, source: '/x', problem: 'p', failOpen: false }), {
      locks: { by: null, failOpen: false, source: SOURCE, unknown },
    });
  });

  for (const [what, value] of [
    ['no JSON', '{"failOpen": false'],
    ['nothing at all', ''],
    ['a list', []],
    ['null', null],
    ['failOpen true', { failOpen: true }],
    ['a limit of 0', { maxTotalTimeoutMs: 0 }],
    ['a limit in words', { maxIdleTimeoutMs: '1h' }],
    ['a limit without end', '{"maxTotalTimeoutMs": 1e999}'],
    ['one tool without a list', { refusedTools: '*/deploy' }],
    ['an empty name in a list', { mustTrack: ['*/a', ' '] }],
    ['a refusal without a reason', { refuseNewWork: true }],
    ['somebody who is no text', { by: 7 }],
  ] as const) {
    test(`${what} makes it malformed`, () => {
      const parsed = parse(value);
      assert.ok('problem' in parsed, JSON.stringify(parsed));
      assert.doesNotMatch(parsed.problem, /\n/);
    });
  }

  test('lies where the platform keeps such files', () => {
    const linux = '/etc/mcp-task-handles/policy.json';
    const mac = '/Library/Application Support/mcp-task-handles/policy.json';
    const windows = 'C:\\ProgramData\\mcp-task-handles\\policy.json';
    assert.deepEqual(
      (['linux', 'freebsd', 'darwin', 'win32'] as const).map((one) => adminPolicyPath(one)),
      [linux, linux, mac, windows],
    );
  });
});
