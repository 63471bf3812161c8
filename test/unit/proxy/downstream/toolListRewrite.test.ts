import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Ajv } from 'ajv';
import { isJsonObject, type JsonObject } from '../../../../src/common/json.ts';
import { DEFAULT_NAMES } from '../../../../src/proxy/downstream/companions/companionTools.ts';
import {
  rewriteToolList,
  type ToolListRewrite,
  toolNamesOf,
} from '../../../../src/proxy/downstream/toolListRewrite.ts';

const REWRITE: ToolListRewrite = {
  route: 'my route',
  mayIssueHandles: true,
  mayBecomeTask: () => true,
  names: DEFAULT_NAMES,
  offer: { mayAnswer: false, mayPause: false },
};

const OUTPUT = {
  type: 'object',
  properties: { at: { $ref: '#/$defs/point' } },
  required: ['at'],
  $defs: { point: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] } },
};

const HANDLE_RESULT = {
  next: 'NOT THE RESULT YET.',
  handle: `th_${'a'.repeat(26)}`,
  status: 'working',
  route: 'my route',
};

function toolsOf(result: unknown): JsonObject[] {
  assert(isJsonObject(result) && Array.isArray(result.tools));
  return result.tools;
}

function rewrittenTool(tool: object, rewrite: Partial<ToolListRewrite> = {}): JsonObject {
  const [first] = toolsOf(rewriteToolList({ tools: [tool] }, { ...REWRITE, ...rewrite }));
  return first ?? assert.fail('no tool');
}

function validatorOf(tool: object) {
  const { outputSchema } = rewrittenTool(tool);
  assert(isJsonObject(outputSchema));
  return new Ajv({ strict: false }).compile(outputSchema);
}

suite('toolListRewrite', () => {
  test('takes out the upstream’s own tasks and nothing else', () => {
    const tool = { name: 'a', execution: { taskSupport: 'optional' }, annotations: { x: 1 }, y: 2 };
    assert.deepEqual(rewrittenTool(tool), { name: 'a', annotations: { x: 1 }, y: 2 });
  });

  test('puts the companions on the last page only', () => {
    const page = rewriteToolList({ tools: [{ name: 'a' }], nextCursor: 'c' }, REWRITE);
    assert.deepEqual(toolNamesOf(page), ['a']);
    const last = rewriteToolList({ tools: [{ name: 'b' }], _meta: { k: 1 } }, REWRITE);
    assert.deepEqual(toolNamesOf(last), ['b', 'task_poll', 'task_control']);
    assert(isJsonObject(last));
    assert.deepEqual(last._meta, { k: 1 });
  });

  test('lists no companions where no handle can be issued', () => {
    const list = rewriteToolList({ tools: [] }, { ...REWRITE, mayIssueHandles: false });
    assert.deepEqual(toolNamesOf(list), []);
  });

  test('companions promise no output and are always loaded', () => {
    for (const tool of toolsOf(rewriteToolList({ tools: [] }, REWRITE))) {
      assert.equal(tool.outputSchema, undefined);
      assert.deepEqual(tool._meta, { 'anthropic/alwaysLoad': true });
    }
  });

  test('admits the original result and a handle', () => {
    const validate = validatorOf({ name: 'a', outputSchema: OUTPUT });
    assert.equal(validate({ at: { x: 1 } }), true);
    assert.equal(validate(HANDLE_RESULT), true);
    assert.equal(validate({ at: { x: 'no number' } }), false);
    assert.equal(validate({ next: 'n', handle: 'of something else', status: 'working' }), false);
  });

  test('admits a handle where the original forbids other members', () => {
    const strict = { type: 'object', properties: {}, additionalProperties: false };
    const validate = validatorOf({ name: 'a', outputSchema: strict });
    assert.equal(validate({}), true);
    assert.equal(validate(HANDLE_RESULT), true);
  });

  test('keeps a type at the root and an id that is the tool’s own', () => {
    const ids = ['a', 'b'].map((name) => {
      const { outputSchema } = rewrittenTool({ name, outputSchema: OUTPUT });
      assert(isJsonObject(outputSchema) && Array.isArray(outputSchema.anyOf));
      assert.equal(outputSchema.type, 'object');
      return outputSchema.anyOf[0].$id;
    });
    assert.equal(new Set(ids).size, 2);
  });

  test('two tools with definitions of one name do not collide', () => {
    const ajv = new Ajv({ strict: false });
    for (const name of ['a', 'b']) {
      const { outputSchema } = rewrittenTool({ name, outputSchema: OUTPUT });
      assert(isJsonObject(outputSchema));
      assert.equal(ajv.compile(outputSchema)({ at: { x: 1 } }), true);
    }
  });

  test('leaves the schema of a tool that never becomes a task', () => {
    const tool = rewrittenTool({ name: 'a', outputSchema: OUTPUT }, { mayBecomeTask: () => false });
    assert.deepEqual(tool.outputSchema, OUTPUT);
  });

  test('returns what is no tool list as it is', () => {
    for (const result of [null, 7, [], {}, { tools: 'none' }]) {
      assert.equal(rewriteToolList(result, REWRITE), result);
    }
    assert.deepEqual(toolNamesOf({ tools: [null, { name: 1 }, { name: 'a' }] }), ['a']);
  });
});
