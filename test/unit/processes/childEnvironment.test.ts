import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ENV_HOME, ENV_OWNER } from '../../../src/common/product.ts';
import { childEnvironment } from '../../../src/processes/childEnvironment.ts';

suite('environment of an upstream', () => {
  test('ours and the inner ones of an editor are taken out', () => {
    const env = { [ENV_HOME]: '/x', ELECTRON_RUN_AS_NODE: '1', VSCODE_IPC_HOOK: '/s', A: 'b' };
    assert.deepEqual(childEnvironment(env, 'o:1'), { A: 'b', [ENV_OWNER]: 'o:1' });
  });

  test('what a person sets on purpose stays', () => {
    const env = {
      ELECTRON_MIRROR: 'm',
      VSCODE_PORTABLE: 'p',
      VSCODE_IPC_HOOK_CLI: 'c',
      PATH: '/b',
    };
    assert.deepEqual(childEnvironment(env, 'o:1'), { ...env, [ENV_OWNER]: 'o:1' });
  });

  test('the mark of another owner is replaced', () => {
    assert.deepEqual(childEnvironment({ [ENV_OWNER]: 'p:9' }, 'o:1'), { [ENV_OWNER]: 'o:1' });
  });
});
