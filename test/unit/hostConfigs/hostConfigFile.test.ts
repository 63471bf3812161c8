import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { hostConfigFiles, userFolderOf } from '../../../src/hostConfigs/hostConfigFile.ts';

suite('hostConfigFiles', () => {
  test('finds the User folder of desktops, servers and profiles', () => {
    const user = join('/', 'data', 'User');
    assert.equal(userFolderOf(join(user, 'globalStorage', 'a.b')), user);
    const profile = join(user, 'profiles', 'p1');
    assert.equal(userFolderOf(join(profile, 'globalStorage', 'a.b')), profile);
  });

  test('names folders only when there are several', () => {
    const one = [{ name: 'app', path: '/code/app' }];
    const labelsOf = (folders: typeof one) =>
      hostConfigFiles({ folders, userFolder: '/User' }).map(({ label }) => label);
    assert.deepEqual(labelsOf(one), ['.vscode/mcp.json', '.mcp.json', 'user mcp.json']);
    assert.deepEqual(labelsOf([...one, { name: 'lib', path: '/code/lib' }]).slice(0, 3), [
      'app/.vscode/mcp.json',
      'app/.mcp.json',
      'lib/.vscode/mcp.json',
    ]);
  });
});
