import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { killChoices } from '../../../../src/editor/commands/killScopes.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

const rows = [
  taskRow({ id: 'a', route: 'build', conversationId: 'chat' }),
  taskRow({ id: 'b', route: 'web', conversationId: 'chat' }),
  taskRow({ id: 'c', route: 'web' }),
  taskRow({ id: 'd', route: 'build', workspace: 'other' }),
  completedRow(0, { id: 'e', route: 'idle' }),
  completedRow(0, { id: 'f', route: 'idle', workspace: 'other' }),
];
const choices = killChoices(rows, 'ws');
const summary = (from: typeof choices) => from.map(({ label, live }) => [label, live.length]);

suite('kill scopes', () => {
  test('P7 begin with everything, then grow narrower', () => {
    assert.deepEqual(summary(choices), [
      ['Every server, in every window', 4],
      ['This workspace', 3],
      ['Server “web”', 2],
      ['Server “build”', 1],
      ['Server “build” of another workspace', 1],
      ['Server “idle”', 0],
      ['Chat of agent', 2],
    ]);
  });

  test('have no workspace in an empty window', () => {
    const kinds = killChoices(rows, null).map(({ scope }) => scope.kind);
    assert.ok(!kinds.includes('workspace'));
  });

  test('offer everything where nothing runs', () => {
    assert.deepEqual(summary(killChoices([], null)), [['Every server, in every window', 0]]);
  });

  test('tell chats apart by what runs in them', () => {
    assert.match(choices.at(-1)?.detail ?? '', /^echo · npm run build, echo/);
  });
});
