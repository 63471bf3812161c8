import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { wantedServers } from '../../../../src/editor/tracking/wantedServers.ts';
import { foundServer } from '../../../support/foundServers.ts';

const { source } = foundServer();
const CHOSEN = { route: 'build', name: 'build', source };
const IN_SETTINGS = { kind: 'settings', folder: null } as const;

suite('wantedServers', () => {
  test('finds a chosen server in its own file only', () => {
    const elsewhere = foundServer({}, { source: { kind: 'user', folder: null } });
    assert.equal(wantedServers([CHOSEN], [elsewhere]).wanted[0]?.found, undefined);
    const here = foundServer();
    assert.equal(wantedServers([CHOSEN], [elsewhere, here]).wanted[0]?.found, here);
  });

  test('wants everything that stands in our own setting', () => {
    const { wanted } = wantedServers([], [foundServer(), foundServer({}, { source: IN_SETTINGS })]);
    assert.deepEqual(
      wanted.map(({ tracked }) => tracked),
      [{ route: 'build', name: 'build', source: IN_SETTINGS }],
    );
  });

  test('says one line when a name of the setting is taken', () => {
    const inSettings = foundServer({}, { source: IN_SETTINGS, label: 'user settings' });
    const { wanted, problems } = wantedServers([CHOSEN], [foundServer(), inSettings]);
    assert.equal(wanted.length, 1);
    assert.deepEqual(problems, [
      'user settings: server `build`: another tracked server has this name.',
    ]);
  });
});
