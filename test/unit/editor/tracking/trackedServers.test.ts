import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TrackedServers } from '../../../../src/editor/tracking/trackedServers.ts';
import { memoryOf } from '../../../support/editorMemory.ts';

const VSCODE = { kind: 'vscode', folder: '/code/app' } as const;
const USER = { kind: 'user', folder: null } as const;

suite('TrackedServers', () => {
  test('remembers where a server stands and nothing else', async () => {
    const memory = memoryOf();
    await new TrackedServers(memory).add('build', VSCODE);
    assert.deepEqual(new TrackedServers(memory).all(), [
      { route: 'build', name: 'build', source: VSCODE },
    ]);
  });

  test('gives equal names of two files different routes', async () => {
    const tracked = new TrackedServers(memoryOf());
    assert.equal((await tracked.add('build', VSCODE)).route, 'build');
    assert.equal((await tracked.add('build', USER)).route, 'build-2');
    assert.equal((await tracked.add('build', USER)).route, 'build-2');
    assert.equal(tracked.all().length, 2);
  });

  test('makes no route that connect would take for an option', async () => {
    const tracked = new TrackedServers(memoryOf());
    assert.equal((await tracked.add('--home', USER)).route, 'home');
    assert.equal((await tracked.add('-', USER)).route, 'server');
  });

  test('forgets a route', async () => {
    const tracked = new TrackedServers(memoryOf());
    await tracked.add('a', USER);
    await tracked.add('b', USER);
    await tracked.remove('a');
    assert.deepEqual(
      tracked.all().map(({ route }) => route),
      ['b'],
    );
  });

  test('hides no good memory behind a bad one', () => {
    const good = { route: 'a', name: 'a', source: USER };
    const stored = [7, null, { route: 'x' }, { ...good, source: { kind: 'odd' } }, good];
    assert.deepEqual(new TrackedServers(memoryOf({ 'mcpTaskHandles.tracked': stored })).all(), [
      good,
    ]);
    assert.deepEqual(new TrackedServers(memoryOf({ 'mcpTaskHandles.tracked': 'x' })).all(), []);
  });
});
