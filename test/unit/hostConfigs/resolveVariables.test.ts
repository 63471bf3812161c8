import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { suite, test } from 'node:test';
import {
  resolveVariables,
  type VariableContext,
} from '../../../src/hostConfigs/resolveVariables.ts';

const CONTEXT: VariableContext = {
  folder: { name: 'app', path: '/code/app' },
  folders: [
    { name: 'app', path: '/code/app' },
    { name: 'library', path: '/code/lib' },
  ],
  userHome: '/home/ada',
  env: { TOKEN: 'secret', NESTED: `\${userHome}` },
  hasPlainEnv: false,
  input: async (id) => (id === 'key' ? 'answer' : undefined),
  config: (key) => (key === 'a.b' ? 'set' : undefined),
  command: async (id) => (id === 'make.it' ? 'made' : undefined),
};

suite('resolveVariables', () => {
  const known: [string, string][] = [
    [`\${workspaceFolder}/x`, '/code/app/x'],
    [`\${workspaceFolder:library}`, '/code/lib'],
    [`\${workspaceFolderBasename}`, 'app'],
    [`\${workspaceFolderBasename:library}`, 'lib'],
    [`\${userHome}`, '/home/ada'],
    [`a\${pathSeparator}b\${/}c`, `a${sep}b${sep}c`],
    [`\${env:TOKEN}`, 'secret'],
    [`[\${env:UNSET}]`, '[]'],
    [`\${input:key}`, 'answer'],
    [`\${config:a.b}`, 'set'],
    [`\${command:make.it}`, 'made'],
    ['no $variable {here}', 'no $variable {here}'],
    [`$\${env:TOKEN}`, '$secret'],
  ];
  for (const [text, expected] of known) {
    test(`resolves ${text}`, async () => {
      assert.deepEqual(await resolveVariables(text, CONTEXT), { text: expected, problems: [] });
    });
  }

  const unknown: [string, RegExp][] = [
    [`\${execPath}`, /`\$\{execPath\}` is not a variable/],
    [`\${guess:what}`, /`\$\{guess:what\}` is not a variable/],
    [`\${TOKEN}`, /`\$\{TOKEN\}` is not a variable/],
    [`\${workspaceFolder:none}`, /no workspace folder `none`/],
    [`\${input:none}`, /input `none` has no value/],
    [`\${config:none}`, /setting `none` has no value/],
    [`\${command:none}`, /command `none` gave no text/],
  ];
  for (const [text, expected] of unknown) {
    test(`says one line about ${text}`, async () => {
      const { problems } = await resolveVariables(`a ${text} b`, CONTEXT);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', expected);
    });
  }

  test('does not look into the values of variables', async () => {
    assert.equal((await resolveVariables(`\${env:NESTED}`, CONTEXT)).text, `\${userHome}`);
  });

  test('has no workspace folder in an empty window', async () => {
    const { problems } = await resolveVariables(`\${workspaceFolder}`, {
      ...CONTEXT,
      folder: null,
    });
    assert.match(problems[0] ?? '', /no folder is open/);
  });

  test('knows the plain environment of .mcp.json', async () => {
    const context = { ...CONTEXT, hasPlainEnv: true };
    const text = `\${TOKEN} \${UNSET:-a:b} \${workspaceFolder}`;
    assert.equal((await resolveVariables(text, context)).text, 'secret a:b /code/app');
    const { problems } = await resolveVariables(`\${UNSET}`, context);
    assert.deepEqual(problems, ['environment variable `UNSET` is not set.']);
  });
});
