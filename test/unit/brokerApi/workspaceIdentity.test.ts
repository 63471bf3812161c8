import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { workspaceIdOf, workspaceIdOfFolder } from '../../../src/brokerApi/workspaceIdentity.ts';

const idOf = (...folders: string[]) => workspaceIdOf({ folders });

suite('workspace identity', () => {
  test('is short, and none without folders', () => {
    assert.match(idOf('file:///w') ?? '', /^[0-9a-f]{16}$/);
    assert.equal(idOf(), null);
  });

  test('does not depend on order, repeats or spelling', () => {
    assert.equal(idOf('file:///a', 'file:///b'), idOf('file:///b/', 'file:///a', 'file:///b'));
    assert.equal(idOf('file:///c%3A/My%20Work'), idOf('file:///C:/My Work'));
    assert.notEqual(idOf('file:///a'), idOf('file:///A'));
    assert.notEqual(idOf('file:///a', 'file:///b'), idOf('file:///a'));
  });

  test('a workspace file stands for its folders', () => {
    const workspaceFile = 'file:///w/my.code-workspace';
    const id = workspaceIdOf({ workspaceFile, folders: ['file:///a'] });
    assert.equal(id, workspaceIdOf({ workspaceFile, folders: [] }));
    assert.notEqual(id, idOf(workspaceFile));
  });

  test('a folder on disk has the id of its single-folder window', () => {
    assert.equal(workspaceIdOfFolder('/w/a b#c%d'), idOf('file:///w/a%20b%23c%25d'));
    assert.equal(workspaceIdOfFolder('/w/é'), idOf('file:///w/%C3%A9'));
  });

  test('the root and the home folder are no workspace', () => {
    assert.equal(workspaceIdOfFolder('/'), null);
    assert.equal(workspaceIdOfFolder('/u/me', '/u/me'), null);
    assert.notEqual(workspaceIdOfFolder('/u/me/w', '/u/me'), null);
  });

  test('odd URIs have an id as well', () => {
    for (const uri of ['file:///bad%zz', 'vscode-remote://ssh-remote+h/w', 'memfs:/x', 'junk']) {
      assert.match(idOf(uri) ?? '', /^[0-9a-f]{16}$/);
    }
  });
});
