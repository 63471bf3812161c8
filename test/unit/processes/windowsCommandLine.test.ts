import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { windowsCommandLine } from '../../../src/processes/windowsCommandLine.ts';

suite('Windows command line', () => {
  test('a program is started as it is', () => {
    const line = windowsCommandLine('C:\\node.exe', ['a b']);
    assert.deepEqual(line, { file: 'C:\\node.exe', args: ['a b'], isVerbatim: false });
  });

  test('a batch file goes through cmd.exe with its arguments escaped', () => {
    const { file, args, isVerbatim } = windowsCommandLine('C:\\my tools\\npx.CMD', ['a&b', 'c"d']);
    assert.equal(file, 'cmd.exe');
    assert.equal(isVerbatim, true);
    assert.deepEqual(args.slice(0, 3), ['/d', '/s', '/c']);
    assert.equal(args[3], `"C:\\my^ tools\\npx.CMD ^^^"a^^^&b^^^" ^^^"c\\^^^"d^^^""`);
  });
});
