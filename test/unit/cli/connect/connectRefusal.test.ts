import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { newRefusal, writeRefusal } from '../../../../src/brokerApi/refusalFiles.ts';
import type { WorkScope } from '../../../../src/brokerApi/workRefusal.ts';
import { refusalWithoutBroker } from '../../../../src/cli/connect/connectRefusal.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

suite('P7 a server that would run past the broker', () => {
  const scopes: [string, WorkScope, boolean][] = [
    ['everything', { kind: 'everything' }, true],
    ['its name anywhere', { kind: 'route', route: 'build' }, true],
    ['its workspace', { kind: 'workspace', workspace: 'w' }, true],
    ['some chat, which nobody here can tell', { kind: 'conversation', conversationId: 'c' }, true],
    ['another server', { kind: 'route', route: 'test' }, false],
    ['another workspace', { kind: 'route', route: 'build', workspace: 'v' }, false],
  ];
  for (const [what, scope, isRefused] of scopes) {
    test(`${isRefused ? 'is held back' : 'runs'} while ${what} is refused`, async (t) => {
      const home = await temporaryFolder(t);
      const refusal = newRefusal({ scope, by: 'user', client: null, note: 'why' });
      await writeRefusal(join(home, 'refusals'), { refusal, isMerged: true });
      const why = refusalWithoutBroker({ route: 'build', workspace: 'w', policy: {}, home });
      assert.equal(why !== null, isRefused);
      if (isRefused) assert.match(why ?? '', /is refused by the user since .*\(why\)/);
    });
  }

  test('runs where nothing is refused', async (t) => {
    const home = await temporaryFolder(t);
    assert.equal(refusalWithoutBroker({ route: 'build', policy: {}, home }), null);
  });
});
