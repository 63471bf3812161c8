import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { isJsonObject } from '../../../../src/common/json.ts';
import type { RoutePolicy } from '../../../../src/registry/policy.ts';
import { ProxyStage } from '../../../support/proxyStage.ts';
import { SessionTransport } from '../../../support/sessionTransport.ts';

const TOOL = {
  name: 'locate',
  inputSchema: { type: 'object' },
  execution: { taskSupport: 'optional' },
  outputSchema: {
    type: 'object',
    properties: { at: { $ref: '#/$defs/point' } },
    required: ['at'],
    additionalProperties: false,
    $defs: { point: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
  },
};

/** Another tool with a definition of the same name: schemas must not see each other. */
const OTHER = {
  name: 'other',
  inputSchema: { type: 'object' },
  outputSchema: {
    type: 'object',
    properties: { at: { $ref: '#/$defs/point' } },
    $defs: { point: { type: 'string' } },
  },
};

const RESULT = { content: [{ type: 'text', text: 'here' }], structuredContent: { at: { x: 1 } } };

const REFEREES = {
  'SDK v1': () => new ClientV1({ name: 'referee', version: '1' }),
  'SDK v2': () => new ClientV2({ name: 'referee', version: '1' }),
};

function stage(): ProxyStage {
  const stage = new ProxyStage();
  stage.script = ({ method }) => {
    const serverInfo = { name: 's', version: '1' };
    const capabilities = { tools: { listChanged: true }, tasks: {} };
    if (method === 'initialize') {
      return { protocolVersion: '2025-06-18', capabilities, serverInfo };
    }
    return method === 'tools/list' ? { tools: [TOOL, OTHER] } : RESULT;
  };
  return stage;
}

for (const [name, newReferee] of Object.entries(REFEREES)) {
  suite(`${name} as referee`, () => {
    const join = async (policy: RoutePolicy) => {
      const client = newReferee();
      await client.connect(new SessionTransport(stage().connect(policy)));
      return client;
    };

    test('accepts the tool list with its companions', async () => {
      const client = await join({});
      const { tools } = await client.listTools();
      assert.deepEqual(
        tools.map((tool) => tool.name),
        ['locate', 'other', 'task_poll', 'task_control'],
      );
      await client.close();
    });

    test('accepts the original result of a tool with an outputSchema', async () => {
      const client = await join({});
      await client.listTools();
      const result = await client.callTool({ name: 'locate', arguments: {} });
      assert.deepEqual(result.structuredContent, { at: { x: 1 } });
      await client.close();
    });

    test('accepts a handle in its place, and the poll that brings the result', async () => {
      const client = await join({ policy: 'always' });
      await client.listTools();
      const handOff = await client.callTool({ name: 'locate', arguments: {} });
      assert(isJsonObject(handOff.structuredContent));
      const { handle, next } = handOff.structuredContent;
      assert.match(String(next), /^NOT THE RESULT YET/);
      const polled = await client.callTool({ name: 'task_poll', arguments: { handle } });
      assert.deepEqual(polled.structuredContent, { at: { x: 1 } });
      await client.close();
    });

    test('reads our instructions and no tasks of the upstream', async () => {
      const client = await join({});
      assert.match(client.getInstructions() ?? '', /task_poll/);
      assert.equal(client.getServerCapabilities()?.tasks, undefined);
      await client.close();
    });
  });
}
