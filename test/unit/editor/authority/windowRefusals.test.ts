import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { WorkScope } from '../../../../src/brokerApi/workRefusal.ts';
import { concernsWindow } from '../../../../src/editor/authority/windowRefusals.ts';
import { taskRow } from '../../../support/taskRow.ts';
import { workRefusal } from '../../../support/workRefusal.ts';

const window = { workspaceId: 'ws', rows: [taskRow({ conversationId: 'chat' })] };
const concerns = (scope: WorkScope) => concernsWindow(workRefusal({ scope }), window);

suite('refusals of a window', () => {
  test('P7 are those of everything and of its own workspace', () => {
    assert.ok(concerns({ kind: 'everything' }));
    assert.ok(concerns({ kind: 'workspace', workspace: 'ws' }));
    assert.ok(concerns({ kind: 'route', workspace: 'ws', route: 'build' }));
    assert.ok(concerns({ kind: 'route', route: 'build' }), 'of every workspace');
    assert.ok(!concerns({ kind: 'workspace', workspace: 'other' }));
    assert.ok(!concerns({ kind: 'route', workspace: 'other', route: 'build' }));
  });

  test('are those of chats that have a row in it', () => {
    assert.ok(concerns({ kind: 'conversation', conversationId: 'chat' }));
    assert.ok(!concerns({ kind: 'conversation', conversationId: 'elsewhere' }));
  });
});
