import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type ViewFacts, viewMessageOf } from '../../../../src/editor/view/viewMessage.ts';

const facts = (differences: Partial<ViewFacts> = {}): ViewFacts => ({
  linkState: 'connected',
  lastError: '',
  hasOnlyOthers: false,
  ...differences,
});

suite('view message', () => {
  test('is silent where the window has rows or a welcome', () => {
    assert.equal(viewMessageOf(facts()), '');
  });

  test('helps a window that sees only rows of others', () => {
    assert.match(viewMessageOf(facts({ hasOnlyOthers: true })) ?? '', /tracks its MCP servers/);
  });

  test('says why the broker is not reachable', () => {
    const message = viewMessageOf(facts({ linkState: 'unreachable', lastError: 'No disk.' }));
    assert.match(message ?? '', /trying again: No disk\. .*Restart Broker/);
  });

  test('stays while the link is being made', () => {
    assert.equal(viewMessageOf(facts({ linkState: 'connecting' })), undefined);
  });
});
