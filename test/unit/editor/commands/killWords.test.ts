import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { KillChoice } from '../../../../src/editor/commands/killScopes.ts';
import {
  killedText,
  killQuestion,
  unwrittenText,
} from '../../../../src/editor/commands/killWords.ts';
import { taskRow } from '../../../support/taskRow.ts';

const choice = (live: number, differences: Partial<KillChoice> = {}): KillChoice => ({
  scope: { kind: 'everything' },
  label: 'Every server, in every window',
  live: Array.from({ length: live }, () => taskRow()),
  ...differences,
});
const plan = { alsoEnds: [], canRefuse: true };

suite('kill words', () => {
  test('P7 say with numbers what ends and what is refused', () => {
    const { message, detail, answer } = killQuestion({ ...plan, choice: choice(10) });
    assert.equal(
      message,
      'Every server, in every window: revoke all 10 running agent tasks, and refuse new work?',
    );
    assert.match(detail, /cannot be undone:\n• echo[\s\S]*… and 2 more\n\n/);
    assert.match(detail, /From then on every call .* “Accept New Work”\.$/);
    assert.equal(answer, 'Revoke All and Refuse');
  });

  test('refuse where nothing runs', () => {
    const { message, detail, answer } = killQuestion({ ...plan, choice: choice(0) });
    assert.match(message, /: refuse new work\?$/);
    assert.match(detail, /^From then on/);
    assert.equal(answer, 'Refuse New Work');
  });

  test('P6 name what is not meant and ends with it', () => {
    const narrow = choice(1, { scope: { kind: 'conversation', conversationId: 'chat' } });
    const alsoEnds = [taskRow({ argument: 'of another chat' })];
    const { detail } = killQuestion({ ...plan, alsoEnds, choice: narrow });
    assert.match(detail, /end too:\n• echo · of another chat\n/);
    assert.match(detail, /From then on its calls are refused/);
  });

  test('promise nothing that an older broker does not do', () => {
    const { message, detail, answer } = killQuestion({
      ...plan,
      canRefuse: false,
      choice: choice(2),
    });
    assert.doesNotMatch(`${message} ${detail} ${answer}`, /[Rr]efuse/);
  });

  test('tell what was done', () => {
    assert.equal(killedText(1, true), '1 agent task revoked. New work is refused.');
    assert.equal(killedText(0, true), 'New work is refused.');
    assert.equal(killedText(3, false), '3 agent tasks revoked.');
  });

  test('P7 say what holds only while the broker runs, and what to do', () => {
    assert.match(unwrittenText(), /only while this broker runs.*Make room/);
  });
});
