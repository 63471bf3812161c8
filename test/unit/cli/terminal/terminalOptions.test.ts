import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseTerminalOptions } from '../../../../src/cli/terminal/terminalOptions.ts';
import { TaskHandlesError } from '../../../../src/common/errors.ts';

suite('parseTerminalOptions', () => {
  test('reads options before and after the command', () => {
    const options = parseTerminalOptions([
      '--home',
      '/h',
      'wait',
      'th_x',
      '--timeout',
      '5',
      '--json',
    ]);
    const { command, operands, home, timeoutMs, json } = options;
    assert.deepEqual([command, operands, home, timeoutMs, json], ['wait', ['th_x'], '/h', 5, true]);
  });

  test('knows help and version wherever they stand', () => {
    assert.equal(parseTerminalOptions(['list', '--help']).command, 'help');
    assert.equal(parseTerminalOptions(['--version']).command, 'version');
    assert.equal(parseTerminalOptions(['help']).command, 'help');
  });

  const refused: [string, string[], RegExp][] = [
    ['nothing', [], /command is missing/],
    ['an unknown command', ['surgeon'], /"surgeon" is not a command/],
    ['a name of every object', ['toString'], /is not a command/],
    ['an unknown option', ['list', '--frob'], /--frob/],
    ['an option of another command', ['list', '--force'], /list does not take --force/],
    ['status without a handle', ['status'], /needs a handle/],
    ['two handles for result', ['result', 'a', 'b'], /does not take "b"/],
    ['pause of nothing', ['pause'], /needs a handle/],
    ['two handles for resume', ['resume', 'a', 'b'], /does not take "b"/],
    ['more time for nothing', ['extend'], /needs a handle/],
    ['more time in words', ['extend', 'a', '--by', 'an hour'], /whole milliseconds/],
    ['--mend elsewhere', ['list', '--mend'], /does not take --mend/],
    ['--by elsewhere', ['status', 'a', '--by', '5'], /does not take --by/],
    ['revoke of nothing', ['revoke'], /handles, or --all/],
    ['revoke of all and one', ['revoke', '--all', 'a'], /not both/],
    [
      'a part of all work without a name',
      ['revoke', '--all', '--route', ''],
      /--route .* not empty/,
    ],
    ['a part of all work for one task', ['revoke', 'a', '--route', 'r'], /--route with --all only/],
    [
      'a chat within a server',
      ['revoke', '--all', '--conversation', 'c', '--route', 'r'],
      /--conversation alone/,
    ],
    ['a handle for panic', ['panic', 'a'], /panic does not take "a"/],
    ['two refusals to lift', ['accept-new-work', 'a', 'b'], /does not take "b"/],
    ['broker without a word', ['broker'], /status or stop/],
    ['a time that is none', ['wait', 'a', '--timeout', '-1'], /timeout/],
  ];
  for (const [what, argv, words] of refused) {
    test(`refuses ${what} in one line`, () => {
      assert.throws(
        () => parseTerminalOptions(argv),
        (error) => TaskHandlesError.is(error, 'usage') && words.test(error.message),
      );
    });
  }
});
