import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  alsoEndsAnswer,
  alsoEndsQuestion,
  outcomeText,
  terminatedText,
  terminateQuestion,
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

  test('P6 names what ends with a server that is terminated', () => {
    const { message, detail } = terminateQuestion(taskRow(), [taskRow({ argument: 'other' })]);
    assert.equal(message, 'Terminate the server “shell”?');
    assert.match(detail, /by force.*cannot be undone:\n• echo · other$/);
  });

  test('says what became of the server of a task that had ended', () => {
    const row = taskRow({ tool: 'build' });
    const ended = { id: 'a', outcome: 'already_ended', row } as const;
    const text = (level: 'killed' | null) => terminatedText([{ ...ended, level }]);
    assert.equal(text('killed'), 'build: its server process was killed.');
    assert.equal(text(null), 'build: nothing was left to stop.');
    assert.match(terminatedText([{ ...ended, outcome: 'unknown', level: null }]), /does not know/);
  });

  test('says how far a revocation had to go', () => {
    const row = taskRow({ tool: 'build' });
    const text = (level: 'killed' | 'cooperative' | null) =>
      outcomeText([{ id: 'a', outcome: 'revoked', level, row }]);
    assert.equal(text('killed'), 'build revoked: its server process was killed.');
    assert.equal(text('cooperative'), 'build revoked: its server was asked to stop.');
    assert.equal(text(null), 'build revoked: nothing was left to stop.');
  });

  test('says what a revocation freed', () => {
    const freed = { processes: 12, memoryBytes: 340 * 2 ** 20 };
    const reason = { code: 'revoked', by: 'user', level: 'killed', freed } as const;
    const row = taskRow({ tool: 'build', reason });
    assert.equal(
      outcomeText([{ id: 'a', outcome: 'revoked', level: 'killed', row }]),
      'build revoked: its server process was killed (12 processes ended, 340 MB freed).',
    );
  });

  test('says when there was nothing to revoke', () => {
    const outcome = { id: 'a', level: null, row: null };
    assert.match(outcomeText([{ ...outcome, outcome: 'unknown' }]), /does not know/);
    assert.match(outcomeText([{ ...outcome, outcome: 'already_ended' }]), /had ended before/);
    assert.equal(outcomeText([]), 'Nothing was running.');
  });
});
