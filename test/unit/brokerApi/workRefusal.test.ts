import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { liftText, refusalText } from '../../../src/brokerApi/refusalText.ts';
import {
  isInScope,
  mayCover,
  parseWorkRefusal,
  parseWorkScope,
  type WorkRefusal,
  type WorkScope,
} from '../../../src/brokerApi/workRefusal.ts';

const PLACE = { route: 'build', workspace: 'w', conversationId: 'c' };
const REFUSAL: WorkRefusal = {
  id: 'abcd1234',
  scope: { kind: 'everything' },
  by: 'user',
  client: 'terminal',
  note: 'It costs too much.',
  since: '2026-01-02T03:04:05.000Z',
};

suite('a scope', () => {
  const scopes: [string, WorkScope, boolean, boolean][] = [
    ['everything', { kind: 'everything' }, true, true],
    ['its workspace', { kind: 'workspace', workspace: 'w' }, true, true],
    ['another workspace', { kind: 'workspace', workspace: 'v' }, false, false],
    ['what has no workspace', { kind: 'workspace', workspace: null }, false, false],
    ['its server', { kind: 'route', route: 'build', workspace: 'w' }, true, true],
    ['its server anywhere', { kind: 'route', route: 'build' }, true, true],
    ['its server elsewhere', { kind: 'route', route: 'build', workspace: 'v' }, false, false],
    ['another server', { kind: 'route', route: 'test' }, false, false],
    ['its chat', { kind: 'conversation', conversationId: 'c' }, true, true],
    ['another chat', { kind: 'conversation', conversationId: 'd' }, false, true],
  ];
  for (const [what, scope, covers, may] of scopes) {
    test(`P7 of ${what} covers a call: ${covers}; may, where its chat is not known: ${may}`, () => {
      assert.equal(isInScope(scope, PLACE), covers);
      assert.equal(mayCover(scope, PLACE), may);
      assert.deepEqual(parseWorkScope(JSON.parse(JSON.stringify(scope))), scope);
    });
  }

  for (const junk of [null, 'everything', {}, { kind: 'all' }, { kind: 'route' }]) {
    test(`is none: ${JSON.stringify(junk)}`, () => {
      assert.equal(parseWorkScope(junk), null);
    });
  }
});

suite('a refusal', () => {
  test('comes back from disk as it was', () => {
    assert.deepEqual(parseWorkRefusal(JSON.parse(JSON.stringify(REFUSAL))), REFUSAL);
  });

  const broken: [string, object][] = [
    ['an id that is a path', { id: '../../x' }],
    ['no scope', { scope: { kind: 'some' } }],
    ['a door that is none', { by: 'root' }],
    ['a time that is none', { since: 'yesterday' }],
    ['a note that is no text', { note: 5 }],
  ];
  for (const [what, change] of broken) {
    test(`with ${what} is none`, () => {
      assert.equal(parseWorkRefusal({ ...REFUSAL, ...change }), null);
    });
  }

  test('is told in one sentence: what, by whom, since when, why, and how it is lifted', () => {
    assert.equal(
      refusalText(REFUSAL),
      'all new work is refused by the user since 2026-01-02 03:04 UTC (It costs too much)',
    );
    assert.match(liftText(REFUSAL), /accept-new-work abcd1234/);
    assert.match(liftText({ ...REFUSAL, by: 'admin' }), /Only the administrator/);
  });
});
