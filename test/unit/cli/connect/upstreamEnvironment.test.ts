import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { upstreamEnvironment } from '../../../../src/cli/connect/upstreamEnvironment.ts';

suite('upstreamEnvironment', () => {
  test('keeps all but our own variables', () => {
    const ours = { MCP_TASK_HANDLES_HOME: 'h', ELECTRON_RUN_AS_NODE: '1', UNSET: undefined };
    assert.deepEqual(upstreamEnvironment({ PATH: '/bin', ...ours }), { PATH: '/bin' });
  });
});
