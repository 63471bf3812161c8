import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { resolveHome } from '../../../src/brokerApi/home.ts';

const env = { HOME: '/u/me' };

suite('home', () => {
  test('lies in the state folder of the platform', () => {
    const root = (platform: NodeJS.Platform, more: NodeJS.ProcessEnv = {}) =>
      resolveHome({ env: { ...env, ...more }, platform }).root;
    assert.equal(root('linux'), '/u/me/.local/state/mcp-task-handles');
    assert.equal(root('linux', { XDG_STATE_HOME: '/s' }), '/s/mcp-task-handles');
    assert.equal(root('darwin'), '/u/me/Library/Application Support/mcp-task-handles');
    assert.equal(root('win32', { LOCALAPPDATA: '/l' }), '/l/mcp-task-handles');
  });

  test('the option wins over the environment, that over the platform', () => {
    const named = { ...env, MCP_TASK_HANDLES_HOME: '/e' };
    assert.equal(resolveHome({ env: named }).root, '/e');
    assert.equal(resolveHome({ home: '/o', env: named }).root, '/o');
    assert.equal(
      resolveHome({ home: '', env: { ...env, MCP_TASK_HANDLES_HOME: '' }, platform: 'linux' }).root,
      '/u/me/.local/state/mcp-task-handles',
    );
  });

  test('a relative home is made absolute', () => {
    assert.equal(resolveHome({ home: 'here/../there' }).root, `${process.cwd()}/there`);
  });

  test('everything lies below the root', () => {
    const { root, ...paths } = resolveHome({ home: '/h' });
    for (const path of Object.values(paths)) assert.ok(path.startsWith(`${root}/`), path);
    assert.equal(new Set(Object.values(paths)).size, Object.keys(paths).length);
  });
});
