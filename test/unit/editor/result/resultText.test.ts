import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskRow } from '../../../../src/brokerApi/brokerProtocol.ts';
import { resultTextOf } from '../../../../src/editor/result/resultText.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

const body = (result: unknown, row: TaskRow = completedRow(0)) =>
  resultTextOf({ row, resultJson: JSON.stringify(result) })
    .split(/─+\n\n/)[1]
    ?.trimEnd();

suite('result text', () => {
  test('says first what the result is of', () => {
    const text = resultTextOf({ row: completedRow(0), resultJson: '{"content":[]}' });
    assert.match(
      text,
      /^echo · npm run build\nHandle: th_a+\nServer: shell\nStatus: done, after 0s\n─/,
    );
  });

  test('shows text as it is', () => {
    assert.equal(body({ content: [{ type: 'text', text: 'a\n# b' }] }), 'a\n# b');
  });

  test('shows structured content as JSON', () => {
    assert.equal(body({ content: [], structuredContent: { a: 1 } }), '{\n  "a": 1\n}');
  });

  test('shows structured content once', () => {
    const text = '{ "a": 1 }';
    const result = { content: [{ type: 'text', text }], structuredContent: { a: 1 } };
    assert.equal(body(result), '{\n  "a": 1\n}');
  });

  test('mentions what is no text', () => {
    const content = [
      { type: 'image', mimeType: 'image/png', data: 'AAAA' },
      { type: 'resource_link', uri: 'file:///x' },
      { type: 'resource', resource: { uri: 'file:///y', text: 'inside' } },
    ];
    assert.equal(
      body({ content }),
      '[image: image/png, 1 KB]\n\n[resource: file:///x]\n\n[resource: file:///y]\ninside',
    );
  });

  test('says that the tool reports an error', () => {
    const result = { isError: true, content: [{ type: 'text', text: 'no' }] };
    assert.equal(body(result), 'The tool reports an error:\n\nno');
  });

  test('shows unknown shapes whole', () => {
    assert.equal(body([1]), '[\n  1\n]');
    assert.equal(body({ content: [{ type: 'new', a: 1 }] }), '{\n  "type": "new",\n  "a": 1\n}');
  });

  test('gives the reason where there is no result', () => {
    const row = completedRow(0, {
      status: 'failed',
      error: { code: -32000, message: 'no disk' },
      reason: { code: 'rpc_error', by: 'upstream' },
    });
    const text = resultTextOf({ row, resultJson: null });
    assert.match(
      text,
      /The server said: no disk \(error -32000\)\n\nReason: its server answered with an error/,
    );
  });

  test('says that a task is still running', () => {
    assert.match(resultTextOf({ row: taskRow(), resultJson: null }), /still running/);
  });
});
