import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  rewriteDiscoverResult,
  rewriteInitializeResult,
} from '../../../../src/proxy/downstream/initializeRewrite.ts';

function rewritten(result: object): { instructions?: string; [key: string]: unknown } {
  return JSON.parse(rewriteInitializeResult(JSON.stringify(result)));
}

suite('initializeRewrite', () => {
  test('takes out the upstream’s tasks and keeps the rest', () => {
    const capabilities = { tools: { listChanged: true }, prompts: {}, tasks: { list: {} } };
    const result = rewritten({ protocolVersion: 'v', capabilities, serverInfo: { name: 's' } });
    assert.deepEqual(result.capabilities, { tools: { listChanged: true }, prompts: {} });
    assert.equal(result.protocolVersion, 'v');
    assert.deepEqual(result.serverInfo, { name: 's' });
  });

  test('adds one line to the server’s own instructions', () => {
    const { instructions = '' } = rewritten({ capabilities: { tools: {} }, instructions: 'Mine.' });
    const [first, , second, ...more] = instructions.split('\n');
    assert.equal(first, 'Mine.');
    assert.match(second ?? '', /task_poll returns its result/);
    assert.deepEqual(more, []);
  });

  test('says nothing for a server without tools', () => {
    assert.equal(rewritten({ capabilities: { prompts: {} } }).instructions, undefined);
  });

  test('returns what is no initialize result byte for byte', () => {
    for (const text of ['{ "a": 1.0 }', 'null', '{"capabilities":null}', '[]']) {
      assert.equal(rewriteInitializeResult(text), text);
    }
  });
});

suite('discoverRewrite', () => {
  const result = {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {}, extensions: { 'x/y': {} } },
  };

  test('offers the tasks extension beside those of the server', () => {
    const text = rewriteDiscoverResult(JSON.stringify(result), { takesTasks: true });
    const extensions = { 'x/y': {}, 'io.modelcontextprotocol/tasks': {} };
    assert.deepEqual(JSON.parse(text), { ...result, capabilities: { tools: {}, extensions } });
  });

  test('tells a client without tasks of the companion tools', () => {
    const text = rewriteDiscoverResult(JSON.stringify(result), { takesTasks: false });
    assert.match(JSON.parse(text).instructions, /task_poll/);
  });

  test('leaves a server without tools as it is', () => {
    const text = '{"capabilities":{ "prompts": {} }}';
    assert.equal(rewriteDiscoverResult(text, { takesTasks: true }), text);
  });
});
