import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseEnvFile } from '../../../src/hostConfigs/parseEnvFile.ts';

suite('parseEnvFile', () => {
  const lines: [string, Record<string, string>][] = [
    ['A=1', { A: '1' }],
    ['  export A = x y  ', { A: 'x y' }],
    ['A=x # said', { A: 'x' }],
    ['A=x#y', { A: 'x#y' }],
    ['A=', { A: '' }],
    ['A="x # y" # said', { A: 'x # y' }],
    ['A="say \\"hi\\"\\n"', { A: 'say "hi"\n' }],
    ["A='$x \\n'", { A: '$x \\n' }],
    ['A="1\n2"\nB=3', { A: '1\n2', B: '3' }],
    ['# A=1\r\n\r\nB=2\r\n', { B: '2' }],
    ['A="open\nB=2', { A: '"open', B: '2' }],
    ['A=1\nA=2', { A: '2' }],
    ['URL=https://x.org/?a=b', { URL: 'https://x.org/?a=b' }],
  ];
  for (const [text, expected] of lines) {
    test(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseEnvFile(text), { env: expected, problems: [] });
    });
  }

  test('loses no line after a bad one', () => {
    const { env, problems } = parseEnvFile('A=1\nbad line\n=x\nB="2\n3"\n7C=4\nD=5');
    assert.deepEqual(env, { A: '1', B: '2\n3', D: '5' });
    assert.deepEqual(
      problems.map((problem) => problem.split(' is ')[0]),
      ['line 2', 'line 3', 'line 6'],
    );
  });
});
