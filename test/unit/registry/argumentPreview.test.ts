import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { hashArguments, previewArguments } from '../../../src/registry/argumentPreview.ts';

suite('previewArguments', () => {
  test('takes no time for an argument that is made to take it', () => {
    const before = process.cpuUsage();
    for (const word of ['token', 'token-', '-', 'secret=', 'eyJ']) {
      previewArguments({ command: word.repeat(2_000) });
    }
    assert(process.cpuUsage(before).user < 600_000);
  });

  for (const [args, expected] of [
    [{ cwd: '/x', command: 'npm run build' }, 'npm run build'],
    [{ command: ['npm', 'test', '--', 1] }, 'npm test -- 1'],
    [{ depth: 2, label: 'nightly' }, 'nightly'],
    [{ duration: 30, steps: 10 }, 'duration=30 steps=10'],
    [{ deep: { a: 1 }, n: 1 }, 'deep=… n=1'],
    [
      { path: '/Users/Jane/Projects/app2/src/Component.tsx' },
      '/Users/Jane/Projects/app2/src/Component.tsx',
    ],
    [{ command: '' }, 'command='],
    [{}, ''],
    [undefined, ''],
    [null, ''],
    ['plain', 'plain'],
    [{ message: 'a\nb\u0000\u202e\u200bc\u2028d\t e' }, 'a b c d e'],
  ] as const) {
    test(`shows ${JSON.stringify(args)} as "${expected}"`, () => {
      assert.equal(previewArguments(args), expected);
    });
  }

  for (const args of [
    { apiKey: 'hunter2' },
    { n: 1, 'x-auth-token': 'hunter2' },
    { command: 'deploy --password hunter2' },
    { command: 'API_KEY=hunter2 run' },
    { command: 'curl -H "Authorization: Bearer hunter2hunter2"' },
    { url: 'https://me:hunter2@host/x' },
    { url: 'https://host/x?access_token=hunter2&y=1' },
    { query: 'sk-hunter2hunter2hunter2' },
    { query: 'ghp_hunter2hunter2hunter2' },
    { query: 'Aa1hunter2hunter2hunter2hunter2hunter2Zz' },
    { query: 'Aa1/hunter2hunter2hunter2hunter2hunter2/ZzZ+x=' },
  ]) {
    test(`P8 hides the secret in ${JSON.stringify(args)}`, () => {
      const preview = previewArguments(args);
      assert.ok(!preview.includes('hunter2'), preview);
      assert.ok(preview.includes('***'), preview);
    });
  }

  for (const args of [
    { customer: 'hunter2' },
    { Customer: 'hunter2', n: 1 },
    { query: 'hunter2', n: 2 },
    { command: 'bill --customer hunter2' },
    { command: 'bill --customer=hunter2 now' },
    { command: 'customer: "hunter2 too" ok' },
    { message: '{"customer":"hunter2","n":1}' },
    { customer: ['hunter2', 'hunter2'] },
    { 'a.(b': 'hunter2' },
  ]) {
    test(`P8 hides what a named member holds in ${JSON.stringify(args)}`, () => {
      const preview = previewArguments(args, ['customer', 'query', 'a.(b']);
      assert.ok(!preview.includes('hunter2'), preview);
      assert.ok(preview.includes('***'), preview);
    });
  }

  test('a name hides no other words', () => {
    const args = { command: 'ask the customer of customers' };
    assert.equal(previewArguments(args, ['customer']), args.command);
    assert.equal(previewArguments({ axb: 'shown' }, ['a.b']), 'shown');
  });

  test('many names take no time', () => {
    const names = Array.from({ length: 500 }, (_, index) => `${'a'.repeat(90)}${index}`);
    const before = process.cpuUsage();
    previewArguments({ command: 'a'.repeat(2_000) }, names);
    assert(process.cpuUsage(before).user < 600_000);
  });

  test('is one line of at most 120 characters', () => {
    const preview = previewArguments({ query: `${'ab '.repeat(39)}a😀${'x'.repeat(5_000_000)}` });
    assert.ok(preview.length <= 120);
    assert.ok(preview.endsWith('…'));
    assert.equal(Buffer.from(preview).toString(), preview);
  });
});

suite('hashArguments', () => {
  test('the order of members makes no difference', () => {
    assert.equal(
      hashArguments({ a: 1, b: { c: [1, { d: 2, e: 3 }] } }),
      hashArguments({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  test('different arguments differ', () => {
    const hashes = [{ a: 1 }, { a: '1' }, { a: [1] }, { a: null }, {}, undefined, [], 'a'];
    assert.equal(new Set(hashes.map(hashArguments)).size, hashes.length);
  });

  test('is a SHA-256 in hex', () => {
    assert.match(hashArguments({ a: 1 }), /^[0-9a-f]{64}$/);
  });
});
