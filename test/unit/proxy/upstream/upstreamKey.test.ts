import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type UpstreamKeyParts, upstreamKey } from '../../../../src/proxy/upstream/upstreamKey.ts';

const DEFINITION = { command: 'node', args: ['s.js'], cwd: '/w', env: { A: '1' } };

const PARTS: UpstreamKeyParts = {
  workspace: 'w',
  route: 'r',
  definition: DEFINITION,
  protocolVersion: '2025-06-18',
  capabilitiesJson: '{}',
};

function withEnv(env: Record<string, string>): string {
  return upstreamKey({ ...PARTS, definition: { ...DEFINITION, env } });
}

suite('upstreamKey', () => {
  test('is equal for equal parts, whatever the order of variables', () => {
    assert.equal(upstreamKey(PARTS), upstreamKey({ ...PARTS }));
    assert.equal(withEnv({ A: '1', B: '2' }), withEnv({ B: '2', A: '1' }));
  });

  const different: Partial<UpstreamKeyParts>[] = [
    { workspace: null },
    { route: 'other' },
    { protocolVersion: '2025-11-25' },
    { capabilitiesJson: '{"sampling":{}}' },
    { definition: { ...DEFINITION, command: 'deno' } },
    { definition: { ...DEFINITION, args: ['s.js', ''] } },
    { definition: { ...DEFINITION, cwd: null } },
    { definition: { ...DEFINITION, env: { A: '2' } } },
    { definition: { ...DEFINITION, env: { A: '1', B: '' } } },
  ];
  for (const parts of different) {
    test(`differs with ${JSON.stringify(parts)}`, () => {
      assert.notEqual(upstreamKey({ ...PARTS, ...parts }), upstreamKey(PARTS));
    });
  }

  test('does not confuse where one part ends and the next begins', () => {
    const args = (...given: string[]) =>
      upstreamKey({ ...PARTS, definition: { ...DEFINITION, args: given } });
    assert.notEqual(args('a', 'b'), args('a,b'));
    assert.notEqual(args('a b'), args('a', 'b'));
  });

  const volatile = [
    ...['VSCODE_IPC_HOOK_CLI', 'ELECTRON_RUN_AS_NODE', 'MCP_TASK_HANDLES_HOME', 'SHLVL', '_'],
    ...['PWD', 'OLDPWD', 'npm_execpath', 'TERM_SESSION_ID', 'WINDOWID', 'TRACEPARENT', 'CODEX_X'],
  ];
  for (const name of volatile) {
    test(`does not depend on ${name}`, () => {
      assert.equal(withEnv({ A: '1', [name]: 'anything' }), withEnv({ A: '1' }));
    });
  }

  test('depends on variables that merely resemble those', () => {
    for (const name of ['MY_PWD', 'PWDX', 'XVSCODE_A', '_A']) {
      assert.notEqual(withEnv({ A: '1', [name]: 'x' }), withEnv({ A: '1' }), name);
    }
  });

  test('P8 shows nothing of a secret', () => {
    const key = withEnv({ API_KEY: 'sk-very-secret' });
    assert.match(key, /^[\w-]{43}$/);
    assert(!key.includes('secret'));
  });
});
