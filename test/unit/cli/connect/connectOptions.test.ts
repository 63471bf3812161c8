import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { suite, test } from 'node:test';
import { parseConnectOptions } from '../../../../src/cli/connect/connectOptions.ts';
import { TaskHandlesError } from '../../../../src/common/errors.ts';

const REMOTE = ['--route', 'r', '--url', 'https://h.example/mcp'];

suite('parseConnectOptions', () => {
  test('reads every option and the command line', () => {
    const options = ['--route', 'r', '--workspace', 'w', '--policy', 'never', '--ttl', '60000'];
    const clocks = ['--idle-timeout', '5', '--total-timeout', '0', '--max-live-tasks', '3'];
    const more = ['--hand-off-after', '0', '--isolation', 'perCall', '--home', 'h', ...clocks];
    const native = ['--native-tasks', 'optional', '--redact-key', 'a', '--redact-key', 'b'];
    const timeouts = { idleTimeoutMs: 5, totalTimeoutMs: 0, maxLiveTasks: 3 };
    assert.deepEqual(
      parseConnectOptions([...options, ...more, ...native, '--', 'cmd', '--route', 'x', '--']),
      {
        route: 'r',
        workspace: 'w',
        policy: {
          policy: 'never',
          nativeTasks: 'optional',
          isolation: 'perCall',
          handOffAfterMs: 0,
          ttlMs: 60_000,
          ...timeouts,
          redactKeys: ['a', 'b'],
        },
        home: resolve('h'),
        commandLine: { command: 'cmd', args: ['--route', 'x', '--'] },
      },
    );
  });

  test('needs nothing but the route', () => {
    assert.deepEqual(parseConnectOptions(['--route=r']), { route: 'r', policy: {} });
  });

  test('reads a remote server, its secrets from the environment', () => {
    const headers = ['--header', 'X-Team: a:b', '--header-env', 'Authorization=TOKEN'];
    assert.deepEqual(
      parseConnectOptions([...REMOTE, '--transport', 'sse', ...headers], { TOKEN: 'Bearer s' })
        .remote,
      {
        type: 'sse',
        url: 'https://h.example/mcp',
        headers: { 'X-Team': 'a:b', Authorization: 'Bearer s' },
      },
    );
  });

  const refused: [string, string[], RegExp][] = [
    ['no route', [], /--route NAME is missing/],
    ['an empty route', ['--route', ''], /1 to 200 characters/],
    ['a route with control characters', ['--route', 'a\nb'], /control characters/],
    ['an unknown option', ['--route', 'r', '--frobnicate'], /'--frobnicate'; see --help/],
    ['an option without its value', ['--route'], /--route/],
    ['operands before --', ['--route', 'r', 'npx'], /npx/],
    ['an unknown policy', ['--route', 'r', '--policy', 'maybe'], /auto, always or never/],
    ['a name that is none', ['--route', 'r', '--redact-key', ''], /the name of one argument/],
    ['other tasks', ['--route', 'r', '--native-tasks', 'yes'], /never, optional or required/],
    ['a duration with a unit', ['--route', 'r', '--hand-off-after', '5s'], /whole milliseconds/],
    ['a duration that timers cannot take', ['--route', 'r', '--ttl', '9999999999'], /--ttl/],
    ['a limit of none', ['--route', 'r', '--max-live-tasks', '0'], /whole number above 0/],
    ['another isolation', ['--route', 'r', '--isolation', 'x'], /shared or perCall/],
    ['--url beside a command', ['--route', 'r', '--url', 'http://x', '--', 'c'], /not both/],
    ['a url that is none', ['--route', 'r', '--url', 'x'], /`url` that is none/],
    ['a url of another scheme', ['--route', 'r', '--url', 'ftp://x'], /not http or https/],
    ['a header without --url', ['--route', 'r', '--header', 'a:b'], /need --url/],
    ['a header without a value', [...REMOTE, '--header', 'a'], /--header takes NAME:VALUE/],
    ['a header of two lines', [...REMOTE, '--header', 'a:b\nc'], /`a` with a line break/],
    ['a variable that is not set', [...REMOTE, '--header-env', 'a=NOT_SET'], /NOT_SET is not set/],
    ['another transport', [...REMOTE, '--transport', 'ws'], /not http or sse/],
    ['-- without a command', ['--route', 'r', '--'], /After -- comes the command/],
  ];
  for (const [what, argv, words] of refused) {
    test(`refuses ${what} in one line`, () => {
      assert.throws(
        () => parseConnectOptions(argv),
        (error) =>
          TaskHandlesError.is(error, 'usage') &&
          words.test(error.message) &&
          !error.message.includes('\n'),
      );
    });
  }
});
