import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { guardedLaunch, quote } from '../../../src/processes/guardScript.ts';

suite('guarded launch', () => {
  test('no secret of the environment stands in the command line', () => {
    const { args, feed } = guardedLaunch(['/bin/cat', '-u'], {
      env: { 'api-key': 'secret', A: 'plain' },
      limitMark: null,
    });
    assert.deepEqual(args.slice(-2), ['/bin/cat', '-u']);
    assert.equal(args.join(' ').includes('secret'), false);
    assert.match(feed, /'api-key=secret' "\$@"\n$/);
    assert.equal(feed.includes('plain'), false);
  });

  test('nothing is fed where every shell passes the environment on', () => {
    assert.equal(
      guardedLaunch(['/bin/cat'], { env: { A: '1', _b2: '' }, limitMark: null }).feed,
      '',
    );
  });

  test('a quoted word stays on one line', () => {
    assert.equal(quote("a'b\nc"), `'a'\\''b'"$MCP_TASK_HANDLES_NEWLINE"'c'`);
  });
});
