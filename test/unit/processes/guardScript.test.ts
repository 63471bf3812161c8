import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { guardedLaunch, quote } from '../../../src/processes/guardScript.ts';

const UNMARKED = { limitMark: null, bash: '/bin/bash' };

suite('guarded launch', () => {
  test('no secret of the environment stands in the command line', () => {
    const { args, feed } = guardedLaunch(['/bin/cat', '-u'], {
      env: { 'api-key': 'secret', A: 'plain' },
      ...UNMARKED,
      bash: undefined,
    });
    assert.deepEqual(args.slice(-2), ['/bin/cat', '-u']);
    assert.equal(args.join(' ').includes('secret'), false);
    assert.match(feed, /'api-key=secret' "\$@"\n$/);
    assert.equal(feed.includes('plain'), false);
  });

  test('nothing is fed where every shell passes the environment on', () => {
    assert.equal(guardedLaunch(['/bin/cat'], { env: { A: '1', _b2: '' }, ...UNMARKED }).feed, '');
  });

  test('P8 a shell that keeps every variable needs no command line for one', () => {
    const env = { 'api-key': 'secret' };
    const { shell, args, feed } = guardedLaunch(['/bin/cat'], { env, ...UNMARKED });
    assert.deepEqual([shell, ...args.slice(0, 2), feed], ['/bin/bash', '--norc', '-p', '']);
    assert.equal(args.join(' ').includes('secret'), false);
    assert.equal(args.includes('/usr/bin/env'), false);
  });

  test('a quoted word stays on one line', () => {
    assert.equal(quote("a'b\nc"), `'a'\\''b'"$MCP_TASK_HANDLES_NEWLINE"'c'`);
  });
});
