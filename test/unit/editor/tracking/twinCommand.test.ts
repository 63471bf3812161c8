import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  superviseCommand,
  twinCommand,
  twinLabel,
} from '../../../../src/editor/tracking/twinCommand.ts';

const FACTS = {
  route: 'build',
  workspaceId: 'abc',
  cliPath: '/home/versions/1/cli.js',
  execPath: '/usr/bin/node',
  isElectron: false,
  home: undefined,
};

suite('twinCommand', () => {
  test('publishes connect and nothing else', () => {
    assert.deepEqual(twinCommand(FACTS), {
      command: '/usr/bin/node',
      args: ['/home/versions/1/cli.js', 'connect', '--route', 'build', '--workspace', 'abc'],
      env: {},
    });
  });

  test('names no workspace in an empty window', () => {
    const { args } = twinCommand({ ...FACTS, workspaceId: null });
    assert.deepEqual(args.slice(1), ['connect', '--route', 'build']);
  });

  test('makes a Node of an Electron and passes a chosen home on', () => {
    const { env } = twinCommand({ ...FACTS, isElectron: true, home: '/other' });
    assert.deepEqual(env, { ELECTRON_RUN_AS_NODE: '1', MCP_TASK_HANDLES_HOME: '/other' });
  });

  test('publishes the server for supervisors alike, with nothing of the workspace', () => {
    const { route, workspaceId, ...program } = FACTS;
    assert.deepEqual(superviseCommand({ ...program, isElectron: true, home: '/other' }), {
      command: '/usr/bin/node',
      args: ['/home/versions/1/cli.js', 'supervise'],
      env: { ELECTRON_RUN_AS_NODE: '1', MCP_TASK_HANDLES_HOME: '/other' },
    });
  });

  test('takes the original name once the original is off', () => {
    const on = { name: 'Build', isOriginalOn: true };
    assert.equal(twinLabel('build', [on]), 'build (tracked)');
    assert.equal(twinLabel('build', [{ ...on, isOriginalOn: false }]), 'build');
    assert.equal(twinLabel('build-2', [on]), 'build-2');
  });
});
