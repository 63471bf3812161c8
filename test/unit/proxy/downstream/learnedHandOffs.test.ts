import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LearnedHandOffs } from '../../../../src/proxy/downstream/learnedHandOffs.ts';
import type { SessionRoute } from '../../../../src/proxy/proxyContext.ts';

function route(name: string): SessionRoute {
  const definition = { command: 'x', args: [], cwd: null, env: {} };
  return { name, workspace: 'w', definition, policy: () => ({}) };
}

suite('learned hand-offs', () => {
  test('hold for the route from then on, whoever connects', () => {
    const learned = new LearnedHandOffs();
    learned.cancelledAt(route('a'), 5000, 10_000);
    assert.equal(learned.limitOf(route('a')), 3500);
    assert.equal(learned.limitOf(route('b')), Number.POSITIVE_INFINITY);
  });

  test('only ever become shorter, down to a second', () => {
    const learned = new LearnedHandOffs();
    learned.cancelledAt(route('a'), 4000, 10_000);
    learned.cancelledAt(route('a'), 9000, 10_000);
    assert.equal(learned.limitOf(route('a')), 2800);
  });

  test('ignore a person, who stops at once, and a cancel after the hand-off was due', () => {
    const learned = new LearnedHandOffs();
    learned.cancelledAt(route('a'), 800, 10_000);
    learned.cancelledAt(route('a'), 12_000, 10_000);
    assert.equal(learned.limitOf(route('a')), Number.POSITIVE_INFINITY);
  });
});
