import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ViewFacts, viewMessageOf } from '../../../../src/editor/view/viewMessage.ts';

const facts = (differences: Partial<ViewFacts> = {}): ViewFacts => ({
  linkState: 'connected',
  lastError: '',
  hasOnlyOthers: false,
  isEmpty: false,
  refused: '',
  locked: '',
  ...differences,
});

suite('view message', () => {
  test('is silent where the window has rows or a welcome', () => {
    assert.equal(viewMessageOf(facts()), '');
  });

  test('helps a window that sees only rows of others', () => {
    assert.match(viewMessageOf(facts({ hasOnlyOthers: true })) ?? '', /tracks its MCP servers/);
  });

  test('P7 says above the rows that new work is refused, and leaves that to the welcome without any', () => {
    const refused = 'New work refused.';
    assert.equal(viewMessageOf(facts({ refused })), refused);
    assert.equal(viewMessageOf(facts({ refused, isEmpty: true })), '');
    assert.match(
      viewMessageOf(facts({ refused, linkState: 'unreachable' })) ?? '',
      /not reachable/,
    );
  });

  test('P8 says above the rows that an administrator has locked something', () => {
    assert.equal(viewMessageOf(facts({ locked: 'Locked.' })), 'Locked.');
    assert.equal(viewMessageOf(facts({ locked: 'Locked.', refused: 'Refused.' })), 'Refused.');
    assert.equal(viewMessageOf(facts({ locked: 'Locked.', isEmpty: true })), '');
  });

  test('says why the broker is not reachable', () => {
    const message = viewMessageOf(facts({ linkState: 'unreachable', lastError: 'No disk.' }));
    assert.match(message ?? '', /trying again: No disk\. .*Restart Broker/);
  });

  test('stays while the link is being made', () => {
    assert.equal(viewMessageOf(facts({ linkState: 'connecting' })), undefined);
  });
});
