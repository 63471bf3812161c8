import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseServeOptions } from '../../../../src/cli/serve/serveOptions.ts';

suite('options of serve', () => {
  test('are those of connect and three of its own, in any order', () => {
    const { connect, ...own } = parseServeOptions([
      '--port=3000',
      '--route',
      'build',
      '--print-token',
      '--policy',
      'always',
      '--token-file',
      'my.token',
      '--',
      'node',
      'server.js',
      '--port',
      '9',
    ]);
    assert.deepEqual(own, { port: 3000, tokenFile: 'my.token', printToken: true });
    assert.deepEqual(connect, {
      route: 'build',
      policy: { policy: 'always' },
      commandLine: { command: 'node', args: ['server.js', '--port', '9'] },
    });
  });

  test('may be left out: any free port, a token of this run', () => {
    const url = 'https://example.com/mcp';
    const { connect, ...own } = parseServeOptions(['--route', 'r', '--url', url]);
    assert.deepEqual(own, { port: 0, tokenFile: null, printToken: false });
    assert.equal(connect.remote?.url, url);
  });

  test('that cannot be meant are named', () => {
    const table: [string[], RegExp][] = [
      [['--route', 'r', '--port', '65536'], /--port takes a whole number from 0/],
      [['--route', 'r', '--port', '-1'], /--port/],
      [['--route', 'r', '--port', '3e3'], /--port takes/],
      [['--route', 'r', '--port'], /--port needs a value/],
      [['--route', 'r', '--token-file='], /--token-file needs a value/],
      [['--port', '3000'], /--route/],
      [['--route', 'r', '--frob'], /--frob/],
    ];
    for (const [argv, words] of table) {
      assert.throws(() => parseServeOptions(argv), { code: 'usage', message: words });
    }
  });
});
