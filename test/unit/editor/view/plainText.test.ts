import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  escapeMarkdown,
  oneLine,
  shortPath,
  withoutIcons,
  withoutLinks,
} from '../../../../src/editor/view/plainText.ts';

suite('plain text', () => {
  test('makes one line of several', () => {
    assert.equal(oneLine(' a\r\n\tb\u2028c '), 'a b c');
  });

  test('cuts what is too long', () => {
    assert.equal(oneLine('abcdefgh', 5), 'abcd…');
  });

  test('keeps icon syntax from drawing icons', () => {
    assert.equal(withoutIcons('$(flame) x'), '\\$(flame) x');
  });

  test('keeps link syntax from making links', () => {
    assert.equal(withoutLinks('[Stop](command:x)'), '(Stop)(command:x)');
  });

  test('leaves no Markdown in untrusted text', () => {
    const escaped = escapeMarkdown(
      '[x](command:y) <b>**z**</b> `q` http://a.example $(flame) a@b.c',
    );
    assert.doesNotMatch(escaped, /(?<!\\)[[\]()*`]/);
    assert.doesNotMatch(escaped, /[<>$@/]|:\/|command:/);
  });

  test('cuts a path in front and all else at the end', () => {
    assert.equal(shortPath('/a/long/way/to/index.ts', 14), '…/to/index.ts');
    assert.equal(shortPath('src/averylongfilename.ts', 10), '…lename.ts');
    assert.equal(shortPath('cat /a/long/way', 10), 'cat /a/lo…');
    assert.equal(shortPath('a/b', 10), 'a/b');
  });
});
