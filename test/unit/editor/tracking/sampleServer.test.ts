import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sampleServer } from '../../../../src/editor/tracking/sampleServer.ts';

const FACTS = {
  program: '/ext/dist/sample.js',
  execPath: '/opt/editor',
  isElectron: false,
  platform: 'linux',
} as const;

function commandOf(facts: Parameters<typeof sampleServer>[0]): readonly string[] {
  const { command, args } = sampleServer(facts).server.entry;
  return [command, ...args];
}

suite('sampleServer', () => {
  test('runs on the Node of a server build', () => {
    assert.deepEqual(commandOf(FACTS), ['/opt/editor', '/ext/dist/sample.js']);
  });

  test('makes a Node of an Electron without an inherited variable', () => {
    assert.deepEqual(commandOf({ ...FACTS, isElectron: true }), [
      '/usr/bin/env',
      'ELECTRON_RUN_AS_NODE=1',
      '/opt/editor',
      '/ext/dist/sample.js',
    ]);
    assert.equal(commandOf({ ...FACTS, isElectron: true, platform: 'win32' })[0], 'cmd.exe');
  });

  test('needs no consent and has no original', () => {
    const { needsConsent, isOriginalOn } = sampleServer(FACTS);
    assert.deepEqual([needsConsent, isOriginalOn], [false, false]);
  });
});
