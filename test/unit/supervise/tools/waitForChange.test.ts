import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TaskShape } from '../../../../src/supervise/shapes/taskShape.ts';
import { settle } from '../../../support/settle.ts';
import { sentenceIn, structureOf, supervisorStage } from '../../../support/supervisorStage.ts';
import { completedRow, taskRow } from '../../../support/taskRow.ts';

interface Waited {
  readonly next: string;
  readonly changed: TaskShape[];
  readonly gone: string[];
  readonly cursor: string;
  readonly isMore: boolean;
}

async function stage(...ids: string[]) {
  const base = supervisorStage({ rows: ids.map((id) => taskRow({ id })) });
  await base.session.whenReady();
  const wait = async (args: object = {}) =>
    structureOf<Waited>(await base.call('wait_for_change', args));
  const told = ({ changed, gone }: Waited) => [
    ...changed.map(({ handle }) => handle),
    ...gone.map((id) => `-${id}`),
  ];
  return { ...base, wait, told };
}

suite('wait_for_change', () => {
  test('P11 waits, and answers as soon as something changes', async () => {
    const { wait, told, tell, clock } = await stage('a', 'b');
    const waiting = wait();
    await settle();
    tell(completedRow(5, { id: 'b' }));
    const answer = await waiting;
    assert.deepEqual(told(answer), ['b']);
    assert.match(answer.next, /^1 changed/);
    assert.equal(clock.pending, 1, 'only the calm of the link');
  });

  test('P11 misses nothing between two calls, with the cursor and without', async () => {
    const { wait, told, tell, remove } = await stage('a', 'b');
    const first = await wait({ waitMs: 0 });
    tell(completedRow(5, { id: 'a' }));
    remove('b');
    assert.deepEqual(told(await wait()), ['a', '-b']);
    assert.deepEqual(told(await wait({ since: first.cursor })), ['a', '-b']);
    assert.deepEqual(told(await wait({ waitMs: 0 })), []);
  });

  test('P11 what others were waited for is not lost for who waits for all', async () => {
    const { call, wait, told, tell } = await stage('a', 'b');
    await call('list_tasks');
    tell(completedRow(5, { id: 'b' }));
    tell(completedRow(5, { id: 'a' }));
    assert.deepEqual(told(await wait({ handles: ['a'] })), ['a']);
    await call('list_tasks');
    assert.deepEqual(told(await wait()), ['b', 'a']);
  });

  test('ends without news when the time is over, and the broker has proved to live', async () => {
    const { wait, clock, links } = await stage('a');
    const waiting = wait({ waitMs: 1_000 });
    await settle();
    clock.advance(1_000);
    const answer = await waiting;
    assert.deepEqual([answer.changed, answer.gone], [[], []]);
    assert.match(answer.next, /^Nothing has changed/);
    assert.equal(links[0]?.requests.at(-1)?.method, 'broker/status');
  });

  test('does not say that nothing has changed when the broker is silent', async () => {
    const { call, clock, links } = await stage('a');
    const waiting = call('wait_for_change', { waitMs: 1_000 });
    await settle();
    for (const link of links) link.isSilent = true;
    clock.advance(1_000);
    await settle();
    clock.advance(5_000);
    const answer = await waiting;
    assert.equal(answer.isError, true);
    assert.match(sentenceIn(answer), /does not answer/);
  });

  test('P5 a change while the broker was away ends the wait', async () => {
    const { wait, told, state, links, clock } = await stage('a', 'b');
    const waiting = wait();
    await settle();
    state.rows = [taskRow({ id: 'a' }), completedRow(5, { id: 'b' })];
    links[0]?.close();
    clock.advance(100);
    assert.deepEqual(told(await waiting), ['b']);
  });

  test('P10 tells progress only where it is asked for', async () => {
    const { wait, told, tell } = await stage('a');
    const { cursor } = await wait({ waitMs: 0 });
    tell(taskRow({ id: 'a', percent: 30 }));
    assert.deepEqual(told(await wait({ waitMs: 0, since: cursor })), []);
    assert.deepEqual(told(await wait({ waitMs: 0, since: cursor, withProgress: true })), ['a']);
  });

  test('many changes come in portions', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => `th_${index}`);
    const { wait, told, tell } = await stage(...ids);
    await wait({ waitMs: 0 });
    tell(...ids.map((id) => completedRow(5, { id })));
    const portions = [await wait(), await wait(), await wait()];
    assert.deepEqual(portions.flatMap(told), ids);
    assert.deepEqual(
      portions.map(({ isMore }) => isMore),
      [true, true, false],
    );
  });

  test('does not wait for what has ended', async () => {
    const { wait, tell } = await stage('a');
    tell(completedRow(5, { id: 'a' }));
    await wait({ waitMs: 0, handles: ['a'] });
    assert.match((await wait({ handles: ['a'] })).next, /^All of these have ended/);
  });

  test('a cursor of another session begins anew with what is live', async () => {
    const { wait, told } = await stage('a');
    const answer = await wait({ since: 'ffffffff.3' });
    assert.deepEqual(told(answer), ['a']);
    assert.match(answer.next, /another session/);
  });

  test('P8 unknown and malformed handles get the same words', async () => {
    const { call } = await stage('a');
    const unknown = `th_${'a'.repeat(26)}`;
    const answers = await Promise.all(
      [unknown, '', 'x', 'x'.repeat(10_000)].flatMap((handle) => [
        call('wait_for_change', { handles: ['a', handle] }),
        call('get_task', { handle }),
        call('revoke_task', { handle }),
      ]),
    );
    assert.deepEqual(
      [...new Set(answers.map(sentenceIn))],
      ['There is no task with this handle; list_tasks shows which there are.'],
    );
  });

  test('who gives up waiting leaves nothing behind', async () => {
    const { mirror, session, cursors, clock } = await stage('a');
    const { TOOLS } = await import('../../../../src/supervise/tools/tools.ts');
    const tool = TOOLS.find(({ definition }) => definition.name === 'wait_for_change');
    const abort = new AbortController();
    const before = clock.pending;
    const waiting = tool?.call({}, { mirror, session, cursors, clock, signal: abort.signal });
    await settle();
    assert.equal(clock.pending, before + 1);
    abort.abort();
    await waiting;
    assert.equal(clock.pending, before);
  });
});
