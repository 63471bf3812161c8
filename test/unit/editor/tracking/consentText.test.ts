import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  commandLine,
  consentDetail,
  visibleInNotice,
} from '../../../../src/editor/tracking/consentText.ts';
import { foundServer } from '../../../support/foundServers.ts';

suite('consentText', () => {
  test('shows command, folder and names of variables, never their values', async () => {
    const found = foundServer({
      command: 'npx',
      args: ['-y', 'a server', '--key', '$' + '{input:key}'],
      cwd: '$' + '{workspaceFolder}/sub',
      env: { TOKEN: 'hidden-value', LEVEL: '1' },
      envFile: '$' + '{workspaceFolder}/.env',
    });
    const detail = await consentDetail(found);
    assert.deepEqual(detail.split('\n'), [
      'From: .vscode/mcp.json',
      'Command: npx -y "a server" --key $' + '{input:key}',
      'Folder: /code/app/sub',
      'Sets: TOKEN, LEVEL',
      'Variables from: /code/app/.env',
    ]);
  });

  test('shows the workspace folder where no cwd is set', async () => {
    assert.match(await consentDetail(foundServer()), /^Folder: \/code\/app$/m);
  });

  const remote = (url: string, headers = {}) =>
    foundServer(
      {},
      {
        server: {
          kind: 'remote',
          name: 'web',
          entry: { name: 'web', type: 'http', url, headers, written: {} },
        },
      },
    );

  test('names whom a remote server is reached at, and the headers, never their values', async () => {
    const url = 'https://good.example@evil.example:8443/mcp?a=b';
    const detail = await consentDetail(remote(url, { Authorization: 'hidden-value' }));
    assert.deepEqual(detail.split('\n'), [
      'From: .vscode/mcp.json',
      'Server: https://evil.example:8443',
      `Address: ${url}`,
      'Sends: Authorization',
    ]);
  });

  test('shows an address whose host is a variable as it was written', async () => {
    const url = 'https://$' + '{input:host}/mcp';
    assert.match(await consentDetail(remote(url)), /^Server: https:\/\/\$\{input:host\}\/mcp$/m);
  });

  const hidden: [string, string][] = [
    ['a\nCommand: b', '"a\\nCommand: b"'],
    ['a\u202Eb', '"a\\u{202e}b"'],
    ['a\u200Bb', '"a\\u{200b}b"'],
    ['a "b"', '"a \\"b\\""'],
    ['', '""'],
  ];
  for (const [arg, expected] of hidden) {
    test(`hides nothing in ${JSON.stringify(arg)}`, () => {
      assert.equal(commandLine({ command: 'run', args: [arg] }), `run ${expected}`);
    });
  }

  test('makes no link in a notice', () => {
    assert.equal(visibleInNotice('[x](command:y)\n'), '(x)(command:y)\\u{a}');
  });
});
