import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isErrorResult, resultText } from '../../../../src/cli/terminal/resultText.ts';

suite('resultText', () => {
  test('prints texts and names the rest', () => {
    const content = [
      { type: 'text', text: 'one\n\ttwo\u001b[31m!' },
      { type: 'image', mimeType: 'image/png', data: 'AAAA' },
      { type: 'resource', resource: { uri: 'file:///x', text: 'inside' } },
      { type: 'resource_link', uri: 'file:///y' },
    ];
    assert.equal(
      resultText(JSON.stringify({ content })),
      'one\n\ttwo!\n[image image/png]\ninside\n[resource_link file:///y]',
    );
  });

  test('prints structured content when there is no other', () => {
    const result = { content: [], structuredContent: { a: 1 } };
    assert.equal(resultText(JSON.stringify(result)), '{\n  "a": 1\n}');
  });

  test('knows what the tool calls an error', () => {
    assert.equal(isErrorResult('{"isError":true}'), true);
    assert.equal(isErrorResult('{}'), false);
  });
});
