import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  alsoEndsAnswer,
  alsoEndsQuestion,
  outcomeText,
  revokeAllQuestion,
} from '../../../../src/editor/commands/revokeWords.ts';
import { taskRow } from '../../../support/taskRow.ts';

suite('revoke words', () => {
  test('names what else would end', () => {
    const others = [taskRow({ argument: 'one' }), taskRow({ argument: 'two' })];
    const { message, detail } = alsoEndsQuestion(taskRow({ tool: 'build' }), others);
    assert.match(message, /“build · npm run build” shares/);
    assert.match(detail, /• echo · one\n• echo · two\n/);
    assert.deepEqual(
      [alsoEndsAnswer(1), alsoEndsAnswer(2)],
      ['Revoke and End 1 Other', 'Revoke and End 2 Others'],
    );
  });

  test('counts all and names the first', () => {
    const { message, detail } = revokeAllQuestion(Array.from({ length: 10 }, () => taskRow()));
    assert.match(message, /all 10 agent tasks/);
    assert.match(detail, /… and 2 more$/);
  });

  test('says how far a revocation had to go', () => {
    const row = taskRow({ tool: 'build' });
    const text = (level: 'killed' | 'cooperative' | null) =>
      outcomeText([{ id: 'a', outcome: 'revoked', level, row }]);
    assert.equal(text('killed'), 'build revoked: its server process was killed.');
    assert.equal(text('cooperative'), 'build revoked: its server was asked to stop.');
    assert.equal(text(null), 'build revoked: nothing was left to stop.');
  });

  test('says when there was nothing to revoke', () => {
    const outcome = { id: 'a', level: null, row: null };
    assert.match(outcomeText([{ ...outcome, outcome: 'unknown' }]), /does not know/);
    assert.match(outcomeText([{ ...outcome, outcome: 'already_ended' }]), /had ended before/);
    assert.equal(outcomeText([]), 'Nothing was running.');
  });
});
