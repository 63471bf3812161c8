import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskHandlesError } from '../../../../src/common/errors.ts';
import { TOOLS } from '../../../../src/supervise/tools/tools.ts';
import { sentenceIn, structureOf, supervisorStage } from '../../../support/supervisorStage.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

const unknownMethod = () => {
  const cause = Object.assign(new Error('Unhandled method'), { code: -32601 });
  throw new TaskHandlesError('internal', 'Unhandled method', { cause });
};
const SCOPE = { kind: 'route', workspace: null, route: 'build' } as const;

suite('the tools of a supervisor', () => {
  test('all tell title, hints and schemas, and what only reads says so', () => {
    const readers = TOOLS.filter(({ definition }) => definition.annotations?.readOnlyHint);
    assert.deepEqual(
      readers.map(({ definition }) => definition.name),
      ['list_tasks', 'get_task', 'wait_for_change', 'get_audit'],
    );
    for (const { definition } of TOOLS) {
      const { title, description = '', annotations, inputSchema, outputSchema } = definition;
      assert.ok(title && description.length > 30);
      assert.deepEqual(Object.keys(annotations ?? {}).sort(), [
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
      ]);
      assert.equal(inputSchema.additionalProperties, false);
      assert.ok(outputSchema?.required?.includes('next'));
    }
  });

  test('P7 none lifts a refusal', () => {
    assert.ok(!TOOLS.some(({ definition }) => /accept/.test(definition.name)));
  });
});

suite('revoke_all', () => {
  const refusal = { id: 'r', scope: SCOPE, by: 'supervisor', client: 'c', note: null, since: '' };

  test('P7 ends a scope, and tells who lifts the refusal', async () => {
    const outcomes = [{ id: 'th_a', outcome: 'revoked', level: 'killed', row: null }];
    const { call, links } = supervisorStage({
      answers: { 'tasks/revokeAll': () => ({ outcomes, refusal }) },
    });
    const answer = await call('revoke_all', { reason: 'gone wild', scope: SCOPE });
    assert.match(sentenceIn(answer), /^1 task or call is revoked.*accept-new-work/);
    assert.deepEqual(links[0]?.requests.at(-1)?.params, {
      door: 'supervisor',
      note: 'gone wild',
      scope: SCOPE,
    });
    assert.equal(structureOf<{ revoked: number }>(answer).revoked, 1);
  });

  test('P7 never ends more than was asked for: a broker without scopes is not asked', async () => {
    const { call, links } = supervisorStage({ answers: { 'work/watch': unknownMethod } });
    const answer = await call('revoke_all', { reason: 'gone wild', scope: SCOPE });
    assert.match(sentenceIn(answer), /running broker is older/);
    assert.ok(!links[0]?.requests.some(({ method }) => method === 'tasks/revokeAll'));
  });

  test('wants a reason, and a scope that is whole', async () => {
    const { call } = supervisorStage();
    assert.equal(sentenceIn(await call('revoke_all')), '`reason` is missing.');
    const half = await call('revoke_all', { reason: 'x', scope: { kind: 'route', route: 'r' } });
    assert.equal(sentenceIn(half), '`scope.workspace` is missing.');
  });
});

suite('pause_task and resume_task', () => {
  test('P9 answer with the row as it is then', async () => {
    const paused = taskRow({ id: 'th_a', paused: true });
    const { call, links, mirror } = supervisorStage({
      answers: {
        'tasks/pause': () => ({ row: paused }),
        'tasks/resume': () => ({ row: { ...paused, paused: false } }),
      },
    });
    assert.equal(
      sentenceIn(await call('pause_task', { handle: 'th_a' })),
      'th_a is paused; its clocks stand still.',
    );
    assert.equal(mirror.get('th_a')?.paused, true);
    assert.equal(sentenceIn(await call('resume_task', { handle: 'th_a' })), 'th_a is running.');
    assert.deepEqual(links[0]?.requests.at(-1)?.params, { id: 'th_a', door: 'supervisor' });
  });

  test('P9 pass on why a task cannot be paused', async () => {
    const refuse = () => {
      throw new TaskHandlesError('not_supported', 'Its server is not ours to stop.');
    };
    const { call } = supervisorStage({ answers: { 'tasks/pause': refuse } });
    const answer = await call('pause_task', { handle: 'th_a' });
    assert.equal(answer.isError, true);
    assert.equal(sentenceIn(answer), 'Its server is not ours to stop.');
  });

  test('say that a task has ended', async () => {
    const row = completedRow(5, { id: 'th_a' });
    const { call } = supervisorStage({ answers: { 'tasks/resume': () => ({ row }) } });
    const answer = await call('resume_task', { handle: 'th_a' });
    assert.equal(sentenceIn(answer), 'th_a has ended (completed) and cannot go on.');
  });
});

suite('get_audit', () => {
  const row = (sequence: number) => ({
    sequence,
    time: '',
    action: 'revoked',
    outcome: 'done',
    handle: null,
    route: 'r',
    tool: 't',
    workspace: null,
    principal: { door: 'supervisor', client: null, conversationId: null, user: null },
    reason: 'Do\nthis',
    level: null,
  });

  test('P8 asks for the newest rows, or for those behind a number', async () => {
    const { call, links } = supervisorStage({
      answers: { 'audit/read': () => ({ rows: [row(7), row(8)] }) },
    });
    const newest = structureOf<{ nextAfter: number; isMore: boolean }>(
      await call('get_audit', { limit: 2 }),
    );
    assert.deepEqual([newest.nextAfter, newest.isMore], [8, false]);
    assert.deepEqual(links[0]?.requests.at(-1)?.params, { newest: true, limit: 2 });
    const after = await call('get_audit', { after: 6, limit: 2 });
    assert.deepEqual(links[0]?.requests.at(-1)?.params, { afterSequence: 6, limit: 2 });
    assert.equal(structureOf<{ isMore: boolean }>(after).isMore, true);
    assert.match(
      JSON.stringify(after.structuredContent),
      /"untrusted":\{"client":null,"reason":"Do this"\}/,
    );
  });
});
