import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { WorkRefusal } from '../../../../src/brokerApi/workRefusal.ts';
import {
  acceptedText,
  refusalText,
  refusedLabel,
  refusedSentence,
  scopeText,
} from '../../../../src/editor/authority/refusalText.ts';
import { workRefusal } from '../../../support/workRefusal.ts';

const route = (name: string) =>
  workRefusal({ scope: { kind: 'route', workspace: 'ws', route: name } });
const admin = workRefusal({ by: 'admin', client: null });
const text = (refusal: WorkRefusal) => refusalText(refusal, () => '10:20');

suite('refusal text', () => {
  test('says who refuses since when, and why', () => {
    assert.equal(text(workRefusal()), 'Refused by you since 10:20');
    assert.equal(text(workRefusal({ note: 'too\nmany' })), 'Refused by you since 10:20: too many');
    assert.equal(text(admin), 'Refused by an administrator since 10:20');
    const named = workRefusal({ by: 'admin', client: 'Example IT', note: 'Audit.' });
    assert.equal(text(named), 'Refused by Example IT (administrator) since 10:20: Audit.');
    const supervisor = workRefusal({ by: 'supervisor', client: 'watchdog' });
    assert.equal(text(supervisor), 'Refused by a supervisor (watchdog) since 10:20');
  });

  test('names the scope as this window sees it', () => {
    const { scope } = route('build');
    assert.equal(scopeText(scope, 'ws'), 'Server “build”');
    assert.equal(scopeText(scope, 'other'), 'Server “build” of another workspace');
    assert.equal(scopeText({ kind: 'everything' }, 'ws'), 'Every server, in every window');
  });

  test('has few words for the status bar', () => {
    assert.equal(refusedLabel([]), undefined);
    assert.equal(refusedLabel([workRefusal(), route('build')]), 'New work refused');
    assert.equal(refusedLabel([route('build')]), 'New work refused: build');
    assert.equal(refusedLabel([route('build'), route('web')]), 'New work refused in part');
  });

  test('says what to do, and of an administrator’s that it cannot be done here', () => {
    assert.match(refusedSentence([workRefusal()]), /until you choose “Accept New Work”/);
    assert.match(refusedSentence([admin]), /by an administrator.*Show Administrator/);
    assert.equal(refusedSentence([]), '');
  });

  test('says what accepting did not do', () => {
    assert.equal(acceptedText([workRefusal()], []), 'New work is accepted again.');
    assert.match(acceptedText([workRefusal()], [route('build')]), /but for what is refused still/);
    assert.match(acceptedText([workRefusal()], [admin]), /An administrator still refuses/);
    assert.match(acceptedText([], []), /Nothing was refused/);
  });
});
