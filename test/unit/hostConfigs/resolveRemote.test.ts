import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { resolveRemote } from '../../../src/hostConfigs/resolveRemote.ts';
import type { VariableContext } from '../../../src/hostConfigs/resolveVariables.ts';
import type { RemoteEntry } from '../../../src/hostConfigs/serverEntry.ts';

const ENTRY: RemoteEntry = {
  name: 'web',
  type: 'http',
  url: `https://\${env:HOST}/mcp`,
  headers: { Authorization: `Bearer \${input:key}`, 'X-Plain': 'a' },
  written: {},
};

function contextWith(key: string | undefined): VariableContext {
  return {
    folder: null,
    folders: [],
    userHome: '/home/ada',
    env: { HOST: 'h.example' },
    hasPlainEnv: false,
    input: async (id) => (id === 'key' ? key : undefined),
    config: () => undefined,
    command: async () => undefined,
  };
}

suite('resolveRemote', () => {
  test('puts values into the address and the headers', async () => {
    assert.deepEqual(await resolveRemote(ENTRY, contextWith('k')), {
      resolved: {
        type: 'http',
        url: 'https://h.example/mcp',
        headers: { Authorization: 'Bearer k', 'X-Plain': 'a' },
      },
      problems: [],
    });
  });

  test('says what has no value', async () => {
    const { resolved, problems } = await resolveRemote(ENTRY, contextWith(undefined));
    assert.equal(resolved, undefined);
    assert.match(problems.join(), /input `key` has no value/);
  });
});
