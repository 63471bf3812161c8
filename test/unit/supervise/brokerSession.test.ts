import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TaskHandlesError } from '../../../src/common/errors.ts';
import { settle } from '../../support/settle.ts';
import { supervisorStage } from '../../support/supervisorStage.ts';
import { taskRow } from '../../support/taskRow.ts';

type SupervisorStage = ReturnType<typeof supervisorStage>;

const lost = new TaskHandlesError('link_lost', 'The connection was lost; try again.');

/** Its broker goes, and somebody asks for one that does not come. */
async function askedInVain() {
  const stage = supervisorStage();
  await stage.session.whenReady();
  stage.state.isAway = true;
  stage.links[0]?.close();
  await assert.rejects(stage.session.request('broker/status', {}), /No broker is running/);
  return stage;
}

/** There is a broker again: nobody asks, the session finds it, and leaves nothing behind in the end. */
async function assertComesAgain({ session, links, state, clock }: SupervisorStage): Promise<void> {
  state.isAway = false;
  clock.advance(5_000);
  await settle();
  assert.equal(links.length, 2);
  session.dispose();
  assert.equal(clock.pending, 0);
}

suite('the broker session of a supervisor', () => {
  test('watches before it lists, and holds every row', async () => {
    const { session, mirror, links } = supervisorStage({ rows: [taskRow()] });
    session.start();
    await session.whenReady();
    assert.deepEqual(
      links[0]?.requests.map(({ method }) => method),
      ['tasks/watch', 'tasks/list'],
    );
    assert.equal(mirror.rows().length, 1);
  });

  test('P5 comes again by itself when the broker goes, and starts none', async () => {
    const stage = supervisorStage();
    const { session, links, starts, clock, state } = stage;
    await session.whenReady();
    state.isAway = true;
    links[0]?.close();
    for (let attempt = 0; attempt < 3; attempt++) {
      clock.advance(1_000);
      await settle();
    }
    assert.deepEqual([...new Set(starts.slice(1))], [false]);
    assert.ok(starts.length > 2);
    await assertComesAgain(stage);
  });

  test('who asks for something starts a broker', async () => {
    const { starts } = await askedInVain();
    assert.deepEqual(starts, [true, true]);
  });

  test('P5 comes again by itself also after somebody has asked in vain', async () => {
    await assertComesAgain(await askedInVain());
  });

  test('several who ask at once share one link', async () => {
    const { session, links } = supervisorStage();
    await Promise.all([
      session.whenReady(),
      session.whenReady(),
      session.request('tasks/list', {}),
    ]);
    assert.equal(links.length, 1);
  });

  test('says that a broker is silent', async () => {
    const { session, links, clock } = supervisorStage();
    await session.whenReady();
    const [link] = links;
    assert.ok(link);
    link.isSilent = true;
    const refused = assert.rejects(session.request('broker/status', {}), /does not answer.*panic/);
    await settle();
    clock.advance(15_000);
    await refused;
  });

  test('puts a question again when its broker goes, and nothing that changes something', async () => {
    let failures = 0;
    const fail = () => {
      failures += 1;
      if (failures === 1 || failures === 3) throw lost;
      return { row: null, outcomes: [] };
    };
    const { session } = supervisorStage({ answers: { 'tasks/get': fail, 'tasks/revoke': fail } });
    assert.deepEqual((await session.request('tasks/get', { id: 'x' })).row, null);
    await assert.rejects(session.request('tasks/revoke', { ids: [], door: 'supervisor' }), lost);
    assert.equal(failures, 3);
  });
});
